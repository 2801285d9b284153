/** Analysis of a graph: shapes and cost of a valid one, errors and repairs for an invalid one. */
import { describe, expect, it } from 'vitest'
import errorsEn from '../locales/en/errors.json'
import { format } from '../locales/format'
import type { LabDocument } from '../lab/document'
import { gpt2, standardLab } from '../models/standard-models'
import { isFormula } from '../program/constants'
import type { Signature } from '../signature'
import { analyse } from './analyse'
import type { Diagnostic } from './analysis'
import { buildGraph, isLargerThan } from './build'
import { compile } from './compile'
import { applyEdit } from './edit'
import { firstModel, lab, signature } from './testing'

const problems = (document: LabDocument) => analyse(document, signature).problems
const codes = (document: LabDocument) => problems(document).map(({ code }) => code)
const sentence = (problem: Diagnostic) => format(errorsEn[problem.code], problem.params)
const find = (document: LabDocument, code: string): Diagnostic => {
  const found = problems(document).find((problem) => problem.code === code)
  if (!found) throw new Error(`no ${code} among ${codes(document).join(', ')}`)
  return found
}
const repaired = (document: LabDocument, problem: Diagnostic) => {
  if (!problem.repair) throw new Error('no repair')
  return applyEdit(document, problem.repair.edit)
}

describe('a valid graph', () => {
  const analysis = analyse(firstModel(), signature)

  it('has no problems', () => expect(analysis.problems).toEqual([]))

  it('has named axes and sizes on every wire', () => {
    expect(analysis.nodes['tokens']?.outputs).toEqual({ ids: { axes: ['batch', 'token'], shape: [4, 6] } })
    expect(analysis.nodes['multi-head']?.outputs['y']).toEqual({ axes: ['batch', 'token', 'feature'], shape: [4, 6, 8] })
    expect(analysis.nodes['classifier']?.outputs['logits']).toEqual({ axes: ['batch', 'token', 'class'], shape: [4, 6, 5] })
  })

  it('has the parameters counted by hand', () => {
    // 4·(d² + d) for four projections with biases, however many heads split the width
    expect(analysis.nodes['multi-head']?.parameters).toBe(4 * (64 + 8))
    expect(analysis.nodes['embedding']?.parameters).toBe(5 * 8)
    expect(analysis.nodes['norm']?.parameters).toBe(16)
    expect(analysis.nodes['feed-forward']?.parameters).toBe(8 * 16 + 16 + 16 * 8 + 8)
    expect(analysis.parameters).toBe(40 + 4 * 72 + 16 + 280 + 8 * 5 + 5)
    expect(analysis.frozen).toBe(0)
    const { nodes } = firstModel().graph
    const frozen = nodes.map((node) => (node.kind === 'norm' ? { ...node, frozen: true } : node))
    const partly = analyse({ ...firstModel(), graph: { ...firstModel().graph, nodes: frozen } }, signature)
    expect([partly.parameters, partly.frozen]).toEqual([analysis.parameters - 16, 16])
    for (const heads of [1, 2, 4, 8]) expect(analyse(firstModel(8, heads), signature).nodes['multi-head']?.parameters).toBe(288)
  })

  it('lists its probes and gates', () => {
    const names = analysis.nodes['multi-head']?.probes.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['queries', 'keys', 'scores', 'attention', 'output'].map((n) => `multi-head/${n}`)),
    )
    expect(analysis.nodes['multi-head']?.gates).toEqual([{ name: 'multi-head/heads', size: 2 }])
  })

  it('counts the operations and memory of a step', () => {
    expect(analysis.flopsPerStep).toBeGreaterThan(0)
    expect(analysis.bytes).toBeGreaterThan(0)
  })
})

describe('a model of GPT-2’s size', () => {
  const { length, vocabulary } = gpt2
  const wanted: Signature = { ...signature, length, vocabulary, classes: vocabulary, padded: false, causal: true }

  it('has the parameters of the smallest GPT-2, plus an untied output layer', () => {
    // 124,439,808 with tied weights (Hugging Face's GPT2LMHeadModel); here the output layer has its own matrix and biases.
    const { parameters, problems } = analyse(standardLab('GPT-2', gpt2), wanted)
    expect([problems, parameters]).toEqual([[], 124_439_808 + 768 * 50_257 + 50_257])
  })

  it('is compiled without computing its tables, and with one mask for all layers', () => {
    const { ops } = compile(standardLab('GPT-2', gpt2), wanted, { mode: 'train' })
    const constants = ops.filter((op) => op.kind === 'constant')
    const written = constants.flatMap(({ attributes: { data } }) => (isFormula(data) ? [] : [data.length]))
    // The largest is the folded gradient of the mean over all tokens.
    expect(Math.max(...written)).toBe(length)
    expect(constants.filter(({ output }) => output.shape.join() === '1024,1024')).toHaveLength(1)
  })
})

describe('a model with too many operations', () => {
  const recurrent = (blocks: number) =>
    lab(
      ['tokens', ['embedding', { width: 8 }], ...Array.from({ length: blocks }, (_, i) => `recurrent as r${i}`), 'classifier'],
      [
        'tokens.ids > embedding.ids',
        ...Array.from({ length: blocks }, (_, i) => `${i === 0 ? 'embedding' : `r${i - 1}`}.y > r${i}.x`),
        `r${blocks - 1}.y > classifier.x`,
      ],
    )
  const long: Signature = { ...signature, length: 128 }

  it('is reported once, with the limit, and is not compiled', () => {
    const { problems, nodes } = analyse(recurrent(100), long)
    expect(problems).toEqual([{ code: 'graph.too-many-operations', params: { most: 100_000 } }])
    expect(sentence(problems[0]!)).toContain('more than 100000 operations')
    expect(nodes['r10']?.outputs['y']?.shape).toEqual([4, 128, 32])
    expect(nodes['classifier']?.outputs).toEqual({})
    expect(() => compile(recurrent(100), long, { mode: 'train' })).toThrow('more than 100000 operations')
  })

  it('is built up to the limit exactly, even within a block of thousands of operations', () => {
    const built = buildGraph(recurrent(3).graph, long, { mode: 'inspect', batch: 4, gated: true, mostOperations: 300 })
    expect(built.builder.ops).toHaveLength(300)
    expect(built.problems).toEqual([{ code: 'graph.too-many-operations', params: { most: 300 } }])
  })

  it('is recognised by its size, without building it', () => {
    const whole = buildGraph(recurrent(3).graph, long, { mode: 'inspect', batch: 4, gated: true }).builder.ops.length
    expect([whole - 1, whole].map((most) => isLargerThan(most, recurrent(3), long))).toEqual([true, false])
    const norms = lab(
      Array.from({ length: 20 }, (_, i) => `norm as n${i}`),
      [],
    )
    expect([19, 20].map((most) => isLargerThan(most, norms, long))).toEqual([true, false])
  })

  it('may be below the limit', () => expect(analyse(recurrent(3), long).problems).toEqual([]))
})

it('an analysis is plain data, so that a worker can send it', () => {
  for (const document of [firstModel(), firstModel(30, 4)]) {
    const analysis = analyse(structuredClone(document), structuredClone(signature))
    expect(structuredClone(analysis)).toEqual(analysis)
    expect(analysis).toEqual(analyse(document, signature))
  }
})

describe('problems', () => {
  it('names a missing input', () => {
    const document = lab(['tokens', 'embedding', 'classifier'], ['tokens.ids > embedding.ids'])
    expect(find(document, 'graph.missing-input')).toMatchObject({ node: 'classifier', port: 'x' })
  })

  it('refuses wires with different axes, naming both', () => {
    const document = lab(['tokens', 'norm', 'classifier'], ['tokens.ids > norm.x', 'norm.y > classifier.x'])
    expect(sentence(find(document, 'graph.wrong-axes'))).toContain('batch × token × feature')
    expect(codes(document)).not.toContain('graph.missing-input')
  })

  it('names both sizes and blocks for different widths, and repairs the one that is adjustable', () => {
    const document = lab(
      ['tokens', ['embedding', { width: 8 }], ['linear', { width: 12 }], 'add', 'classifier'],
      [
        'tokens.ids > embedding.ids',
        'embedding.y > linear.x',
        'embedding.y > add.a',
        'linear.y > add.b',
        'add.y > classifier.x',
      ],
    )
    const problem = find(document, 'graph.size-mismatch')
    expect(problem.params).toMatchObject({ left: 8, leftNode: 'embedding', right: 12, rightNode: 'linear' })
    expect(codes(repaired(document, problem))).toEqual([])
  })

  it('proposes the nearest width that the number of heads divides, at the block that sets the width', () => {
    const problem = find(firstModel(30, 4), 'graph.width-not-divisible')
    expect(sentence(problem)).toContain('The width 30 of “multi-head” is not divisible by its 4 heads')
    expect(problem.repair?.edit).toEqual({ type: 'setParam', node: 'embedding', param: 'width', value: 32 })
    expect(codes(repaired(firstModel(30, 4), problem))).toEqual([])
  })

  it('finds a cycle and only the nodes on it', () => {
    const document = lab(
      ['tokens', 'embedding', 'add', 'norm', 'classifier'],
      ['tokens.ids > embedding.ids', 'embedding.y > add.a', 'add.y > norm.x', 'norm.y > add.b', 'norm.y > classifier.x'],
    )
    const onCycle = problems(document).filter(({ code }) => code === 'graph.cycle')
    expect(onCycle.map(({ node }) => node).sort()).toEqual(['add', 'norm'])
  })

  it('requires a path from tokens to the output', () => {
    const document = lab(['tokens', 'embedding', 'norm', 'classifier'], ['tokens.ids > embedding.ids', 'norm.y > classifier.x'])
    expect(codes(document)).toEqual(expect.arrayContaining(['graph.no-path', 'graph.missing-input']))
  })

  it('requires exactly one output, and offers to remove the second', () => {
    const document = lab(
      ['tokens', 'embedding', 'classifier', 'classifier as second'],
      ['tokens.ids > embedding.ids', 'embedding.y > classifier.x', 'embedding.y > second.x'],
    )
    expect(codes(repaired(document, find(document, 'graph.two-outputs')))).toEqual([])
    expect(codes(lab(['tokens'], []))).toEqual(['graph.no-output'])
    expect(codes(lab([], []))).toEqual(['graph.no-source', 'graph.no-output'])
  })

  it('keeps and reports a block of unknown kind, from a newer version', () => {
    const document = lab(['tokens', 'time-crystal'], [])
    expect(sentence(find(document, 'graph.unknown-block'))).toContain('time-crystal')
  })

  it('refuses batch norm over a single value per feature, because its variance is 0, and proposes layer norm', () => {
    const pooled = (training: Readonly<Record<string, unknown>>) =>
      lab(
        ['tokens', 'embedding', 'pool', ['norm', { method: 'batch' }], 'sequence-classifier'],
        [...['tokens.ids > embedding.ids', 'embedding.y > pool.x', 'pool.y > norm.x', 'norm.y > sequence-classifier.x']],
        training,
      )
    const sequences = { ...signature, aim: 'sequence' } as const
    const { problems } = analyse(pooled({ batchSize: 1 }), sequences)
    expect(problems).toMatchObject([{ code: 'graph.one-value', node: 'norm' }])
    expect(analyse(applyEdit(pooled({ batchSize: 1 }), problems[0]!.repair!.edit), sequences).problems).toEqual([])
    expect(analyse(pooled({ batchSize: 2 }), sequences).problems).toEqual([])
    expect(() => compile(pooled({ batchSize: 1 }), sequences, { mode: 'train' })).toThrow(
      expect.objectContaining({ code: 'graph.one-value' }),
    )
    expect(() => compile(pooled({ batchSize: 1 }), sequences, { mode: 'evaluate' })).not.toThrow()
  })

  it('reports wires to unknown ports and blocks, two wires into one input, and duplicate names', () => {
    const document = lab(
      ['tokens', 'embedding', 'embedding', 'classifier'],
      [
        'tokens.constructor > embedding.ids',
        'tokens.ids > embedding.ids',
        'ghost.y > classifier.x',
        'embedding.y > classifier.toString',
      ],
    )
    expect(codes(document)).toEqual(
      expect.arrayContaining(['graph.unknown-port', 'graph.two-wires', 'graph.unknown-node', 'graph.duplicate-node']),
    )
  })

  it('refuses settings out of range, with the default as repair', () => {
    const document = firstModel()
    const broken = applyEdit(document, { type: 'setParam', node: 'embedding', param: 'width', value: -3 })
    const problem = find(broken, 'param.invalid')
    expect(problem.params).toMatchObject({ node: 'embedding', param: 'width', value: '-3', usual: '32' })
    expect(codes(repaired(broken, problem))).toEqual([])
  })
})
