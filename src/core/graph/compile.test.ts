/** The compiled program computes the graph: twenty steps agree with PyTorch's own modules. */
import { describe, expect, it } from 'vitest'
import type { GraphNode, LabDocument } from '../lab/document'
import { readLab } from '../lab/read'
import { optimisers } from '../program/optimisers'
import { interpret } from '../program/reference'
import { sizeOf } from '../program/shapes'
import type { Phase, Program } from '../program/types'
import { compile } from './compile'
import fixture from './fixtures/trajectory.json'
import { firstModel, lab, signature } from './testing'

describe('twenty steps of a Transformer', () => {
  const document = readLab(fixture.lab)
  const program = compile(document, { ...signature, ...fixture.signature }, { mode: 'train' })
  const { optimiser, learningRate } = document.training

  it('have the losses, gradient norms and final weights of PyTorch', () => {
    const given: Readonly<Record<string, readonly number[]>> = fixture.states
    const states: Record<string, ArrayLike<number>> = Object.fromEntries(
      program.states.map(({ name, value }) => [name, given[name] ?? new Float64Array(sizeOf(value.shape))]),
    )
    fixture.batches.forEach((batch, index) => {
      const scalars = { learningRate, ...optimisers[optimiser.kind].scalars(optimiser, index + 1) }
      const fed = Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, [value]]))
      const results = interpret(program, { ...batch, ...fed }, states)
      expect(results.get('loss')?.[0]).toBeCloseTo(fixture.losses[index] ?? NaN, 5)
      expect(results.get('gradientNorm')?.[0]).toBeCloseTo(fixture.norms[index] ?? NaN, 4)
      for (const { name } of program.states) states[name] = results.get(`update/${name}`) ?? []
    })
    for (const [name, expected] of Object.entries(fixture.final)) {
      // Softmax is invariant to the key bias, so its gradient is pure rounding noise, which Adam scales up to full steps.
      if (name.endsWith('/key-bias')) continue
      const ours = states[name]
      expect(ours).toHaveLength(expected.length)
      expected.forEach((value, i) => expect(Math.abs((ours?.[i] ?? NaN) - value)).toBeLessThan(2e-5))
    }
  })
})

describe('the four programs of one graph', () => {
  it('refuse an invalid graph with its error', () => {
    expect(() => compile(lab(['tokens'], []), signature, { mode: 'train' })).toThrow('no output block')
  })

  it('have only the inputs they need', () => {
    const inputs = (mode: 'train' | 'evaluate' | 'infer' | 'inspect') =>
      compile(firstModel(), signature, { mode })
        .inputs.filter(({ kind }) => kind === 'data')
        .map(({ name }) => name)
    expect(inputs('train').sort()).toEqual(['mask', 'targets', 'tokens'])
    expect(inputs('infer').sort()).toEqual(['mask', 'tokens'])
  })

  it('update every weight and its moments in training, and nothing otherwise', () => {
    const train = compile(firstModel(), signature, { mode: 'train' })
    expect(new Set(train.updates.keys())).toEqual(new Set(train.states.map(({ name }) => name)))
    expect(compile(firstModel(), signature, { mode: 'evaluate' }).updates.size).toBe(0)
  })

  it('output every probe of the analysis', () => {
    const program = compile(firstModel(), signature, { mode: 'inspect' })
    for (const { name } of program.probes) expect(program.outputs.has(`probe/${name}`)).toBe(true)
    expect(program.probes.map(({ name }) => name)).toContain('multi-head/attention')
  })
})

describe('a frozen block', () => {
  const weightsOf = (document: LabDocument) => compile(document, signature, { mode: 'train' })
  const frozen = (change: (node: GraphNode) => Partial<GraphNode>): LabDocument => {
    const document = firstModel()
    const nodes = document.graph.nodes.map((node) => ({ ...node, ...change(node) }))
    return { ...document, graph: { ...document.graph, nodes } }
  }
  const blocksOf = (program: Program, phase: Phase) =>
    new Set(program.ops.filter((op) => op.phase === phase).map(({ block }) => block))

  it('has neither updates, moments nor gradients', () => {
    const usual = weightsOf(firstModel())
    const program = weightsOf(frozen(({ id }) => (['embedding', 'multi-head'].includes(id) ? { frozen: true } : {})))
    const names = (of: Program) =>
      of.states.map(({ name }) => name).filter((name) => !/^optimiser\/[a-z]+\/(embedding|multi-head)\//.test(name))
    expect(names(program)).toEqual(names(usual))
    expect(program.states).toHaveLength(names(usual).length)
    expect([...program.updates.keys()].some((name) => /^(embedding|multi-head)\//.test(name))).toBe(false)
    // No trainable weight lies upstream of either.
    expect(blocksOf(usual, 'backward')).toContain('multi-head')
    expect(blocksOf(program, 'backward')).not.toContain('multi-head')
    expect(blocksOf(program, 'backward')).not.toContain('embedding')
  })

  it('still passes gradients to trainable blocks upstream', () => {
    const program = weightsOf(frozen(({ id }) => (id === 'multi-head' ? { frozen: true } : {})))
    expect(blocksOf(program, 'backward')).toContain('multi-head')
    expect(program.updates.has('embedding/table')).toBe(true)
  })

  it('may have a single frozen weight', () => {
    const program = weightsOf(
      frozen(({ id }) => (id === 'multi-head' ? { weights: { query: { frozen: true }, key: { frozen: true } } } : {})),
    )
    const updated = [...program.updates.keys()].filter((name) => name.startsWith('multi-head/'))
    expect(updated.map((name) => name.slice('multi-head/'.length)).sort()).toEqual([
      'key-bias',
      'output',
      'output-bias',
      'query-bias',
      'value',
      'value-bias',
    ])
    expect(program.states.some(({ name }) => name === 'optimiser/first/multi-head/query')).toBe(false)
  })

  it('may be the whole model: then a step changes nothing', () => {
    const program = weightsOf(frozen(() => ({ frozen: true })))
    expect(program.updates.size).toBe(0)
    expect(program.outputs.has('gradientNorm')).toBe(true)
    expect(blocksOf(program, 'backward').size).toBe(0)
  })
})
