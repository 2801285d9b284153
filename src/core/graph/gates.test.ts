/** Everything can be muted: every number that a block gives passes a gate of that block, and nothing else changes. */
import { blockByKind, blocks } from '../blocks'
import { cases, feedsOf, modelWith, signatureFor, weightsOf } from '../blocks/testing'
import { describe, expect, it } from 'vitest'
import type { LabDocument } from '../lab/document'
import { interpret } from '../program/reference'
import { sizeOf } from '../program/shapes'
import type { Input, Program, Value } from '../program/types'
import type { Signature } from '../signature'
import { analyse } from './analyse'
import { buildGraph } from './build'
import { compile } from './compile'
import { lab, signature } from './testing'

const gatesOf = ({ inputs }: Program, block: string): Input[] =>
  inputs.filter((input) => input.kind === 'gate' && input.block === block)

/** The outputs of a model with the gates of a block, all or one, at 0. */
function muted(document: LabDocument, own: Signature, block: string, wanted: readonly string[], only?: string) {
  const program = compile(document, own, { mode: 'inspect' })
  const gates = gatesOf(program, block).filter(({ name }) => only === undefined || name === `${block}/${only}`)
  const zeros = Object.fromEntries(gates.map(({ name, value }) => [name, new Float32Array(sizeOf(value.shape))]))
  return interpret(program, { ...feedsOf(program), ...zeros }, weightsOf(program.states), wanted)
}

describe.each(cases)('%s %j', (kind, settings) => {
  const [document, own] = [modelWith(kind, settings), signatureFor(kind, true)]
  const block = blockByKind(kind)!
  const ports = Object.entries(block.outputs).filter(([, { dtype }]) => dtype === 'float32')

  it(block.family === 'output' ? 'has no gate, as an output block' : 'has a gate before each output of numbers', () => {
    const { builder, wires } = buildGraph(document.graph, own, { mode: 'inspect', batch: 2, gated: true })
    const gates = new Set(gatesOf(builder.build(), kind).map(({ value }) => value))
    /** Whether a value of this block depends on one of its gates, searched back to its inputs. */
    const isGated = (value: Value, seen = new Set<Value>()): boolean => {
      if (gates.has(value)) return true
      if (seen.has(value)) return false
      seen.add(value)
      const op = builder.producer(value)
      return op?.block === kind && op.inputs.some((input) => isGated(input, seen))
    }
    const values = ports.map(([port]) => [port, isGated(wires.get(`${kind}/${port}`)!.value)])
    expect(values).toEqual(ports.map(([port]) => [port, block.family !== 'output']))
  })

  it('gives zeros where the gate of its output is 0, and trains without gates', () => {
    const gate = gatesOf(compile(document, own, { mode: 'inspect' }), kind).find(({ name }) => name === `${kind}/output`)
    if (gate) {
      const output = muted(document, own, kind, [`probe/${kind}/output`], 'output').get(`probe/${kind}/output`)!
      expect(output.every((value) => value === 0)).toBe(true)
    }
    expect(compile(document, own, { mode: 'train' }).inputs.some((input) => input.kind === 'gate')).toBe(false)
  })
})

it('every kind of block is among them', () => {
  expect(new Set(cases.map(([kind]) => kind))).toEqual(new Set(blocks.map(({ kind }) => kind)))
})

describe('muting', () => {
  const feedForward = lab(
    ['tokens', ['embedding', { width: 4 }], ['feed-forward', { hidden: 6 }], 'classifier'],
    ['tokens.ids > embedding.ids', 'embedding.y > feed-forward.x', 'feed-forward.y > classifier.x'],
    { batchSize: 2 },
  )

  it('a neuron equals a down-projection without its row, in float64', () => {
    const program = compile(feedForward, signature, { mode: 'infer' })
    const [gate] = gatesOf(program, 'feed-forward')
    expect([gate!.name, gate!.value.shape]).toEqual(['feed-forward/neurons', [6]])
    const weights = weightsOf(program.states)
    const logits = (multipliers: readonly number[], states = weights) => [
      ...interpret(program, { ...feedsOf(program), [gate!.name]: multipliers }, states, ['logits']).get('logits')!,
    ]
    const all = [1, 1, 1, 1, 1, 1]
    const whole = logits(all)
    for (const neuron of [0, 3, 5]) {
      const without = Float32Array.from(weights['feed-forward/down']!, (value, i) => (Math.floor(i / 4) === neuron ? 0 : value))
      const found = logits(all.with(neuron, 0))
      expect(found).toEqual(logits(all, { ...weights, 'feed-forward/down': without }))
      expect(found).not.toEqual(whole)
    }
  })

  it('a table that is read by nothing is not offered, as it would mute nothing', () => {
    const names = (document: LabDocument) => analyse(document, { ...signature, causal: true }).nodes['embedding']!.gates
    const wires = ['tokens.ids > embedding.ids', 'embedding.y > next-token.x']
    const blocksOf = ['tokens', ['embedding', { width: 4 }] as const, 'next-token'] as const
    expect(names(lab([...blocksOf], wires))).toEqual([{ name: 'embedding/output', size: 1 }])
    expect(names(lab([...blocksOf], [...wires, 'embedding.table > next-token.table']))).toEqual([
      { name: 'embedding/output', size: 1 },
      { name: 'embedding/table', size: 1 },
    ])
  })
})
