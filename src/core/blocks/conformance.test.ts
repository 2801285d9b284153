/**
 * What every block must do, for every choice of its settings: gradients that agree with finite differences in float64, padding
 * that changes nothing, a document that survives being saved. A new block is covered by being in the catalogue.
 */
import { describe, expect, it } from 'vitest'
import { compile } from '../graph/compile'
import { lab, spec } from '../graph/testing'
import type { LabDocument } from '../lab/document'
import { parseLab } from '../lab/read'
import { interpret } from '../program/reference'
import { sizeOf } from '../program/shapes'
import type { Program, State } from '../program/types'
import { stream } from '../random/stream'
import type { TaskSpec } from '../tasks/types'
import { fieldsOf } from './fields'
import { blocks } from './index'

type Settings = Readonly<Record<string, unknown>>
type Numbers = Readonly<Record<string, ArrayLike<number>>>

/** The defaults, and every other value of each setting that has a list of them. */
function variants(kind: string): Settings[] {
  const block = blocks.find((candidate) => candidate.kind === kind)
  const others = fieldsOf(block?.params ?? blocks[0]!.params).flatMap((field): Settings[] => {
    if (field.type === 'boolean') return [{ [field.name]: !field.default }]
    if (field.type === 'choice') return field.choices.filter((c) => c !== field.default).map((c) => ({ [field.name]: c }))
    return field.name === 'dropout' || field.name === 'rate' ? [{ [field.name]: 0.25 }] : []
  })
  return [{}, ...others]
}

/** A small model with the block in its middle: tokens → embedding → position → block → classifier. */
function modelWith(kind: string, settings: Settings): LabDocument {
  const small: Record<string, Settings> = { embedding: { width: 4 }, 'multi-head': { heads: 2 }, 'feed-forward': { hidden: 6 } }
  const node = (name: string): [string, Settings] => [name, { ...small[name], ...(name === kind ? settings : {}) }]
  const learned: [string, Settings] = ['position', { method: 'learned', ...(kind === 'position' ? settings : {}) }]
  const frame = ['tokens', 'embedding', 'position', 'classifier']
  const wires = ['tokens.ids > embedding.ids', 'embedding.y > position.x']
  const training = { batchSize: 2, learningRate: 1, clipNorm: null, optimiser: { kind: 'sgd', momentum: 0 } }
  if (frame.includes(kind)) {
    return lab(
      [node('tokens'), node('embedding'), learned, node('classifier')],
      [...wires, 'position.y > classifier.x'],
      training,
    )
  }
  const ports = kind === 'add' ? ['position.y > add.a', 'embedding.y > add.b'] : [`position.y > ${kind}.x`]
  return lab(
    [node('tokens'), node('embedding'), learned, node(kind), node('classifier')],
    [...wires, ...ports, `${kind}.y > classifier.x`],
    training,
  )
}

/** Weights away from zero, so that no gradient vanishes by symmetry. */
function weights(states: readonly State[]): Numbers {
  return Object.fromEntries(
    states.map(({ name, value }) => {
      const values = new Float32Array(sizeOf(value.shape))
      stream(11, name).fillNormal(values, 0.1, 0.6)
      return [name, values]
    }),
  )
}

const TOKENS = [1, 3, 2, 4, 0, 0, /**/ 2, 2, 1, 3, 4, 1]
const TARGETS = [4, 1, 1, 2, 0, 0, /**/ 3, 1, 2, 4, 1, 3]
const MASK = [1, 1, 1, 1, 0, 0, /**/ 1, 1, 1, 1, 1, 1]

/** Data, gates wide open, and dropout that drops nothing. */
function feedsOf(program: Program): Numbers {
  const data: Record<string, number[]> = { tokens: TOKENS, targets: TARGETS, mask: MASK, learningRate: [1] }
  return Object.fromEntries(
    program.inputs.map(({ name, value }) => [name, data[name] ?? new Array<number>(sizeOf(value.shape)).fill(1)]),
  )
}

const cases = blocks.flatMap(({ kind }) => variants(kind).map((settings) => [kind, settings] as const))

describe.each([
  ['padded', spec],
  ['without padding', { ...spec, padded: false }],
] as const)('%s', (_name, task: TaskSpec) => {
  it.each(cases)('%s %j: gradients agree with finite differences', (kind, settings) => {
    const document = modelWith(kind, settings)
    const train = compile(document, task, { mode: 'train' })
    const evaluate = compile(document, task, { mode: 'evaluate' })
    const start = weights(train.states)
    const stepped = interpret(train, feedsOf(train), start)
    const loss = (states: Numbers) => interpret(evaluate, feedsOf(evaluate), states, ['loss']).get('loss')?.[0] ?? NaN
    const step = 1e-5
    for (const { name, value } of train.states) {
      const count = sizeOf(value.shape)
      for (const i of new Set([0, count - 1, Math.floor(count / 2)])) {
        const at = (offset: number): number => {
          const moved = Float64Array.from(start[name] ?? [])
          moved[i] = (moved[i] ?? NaN) + offset
          return loss({ ...start, [name]: moved })
        }
        const numeric = (at(step) - at(-step)) / (2 * step)
        const ours = (start[name]?.[i] ?? NaN) - (stepped.get(`update/${name}`)?.[i] ?? NaN) // one step of SGD at rate 1
        expect(Math.abs(ours - numeric), `${name}[${i}]`).toBeLessThan(1e-7 + 1e-6 * Math.abs(numeric))
      }
    }
  })
})

describe('padding', () => {
  it.each(cases)('%s %j: more of it changes no prediction', (kind, settings) => {
    const logits = (length: number): number[] => {
      const programOf = (longest: number) =>
        compile(modelWith(kind, settings), { ...spec, length: longest }, { mode: 'infer', batch: 1 })
      const program = programOf(length)
      // The same first positions, whatever the length.
      const { 'position/positions': positions, ...others } = weights(programOf(9).states)
      const states = { ...others, ...(positions && { 'position/positions': Array.from(positions).slice(0, length * 4) }) }
      const padded = (values: number[]) => [...values, ...new Array<number>(length - 4).fill(0)]
      const feeds = { ...feedsOf(program), tokens: padded([1, 3, 2, 4]), mask: padded([1, 1, 1, 1]) }
      const result = interpret(program, feeds, states, ['logits']).get('logits')
      return [...(result ?? [])].slice(0, 4 * spec.classes.length)
    }
    const short = logits(4)
    logits(9).forEach((value, i) => expect(value).toBeCloseTo(short[i] ?? NaN, 9))
  })
})

describe('saving', () => {
  it.each(cases)('%s %j comes back as it was', (kind, settings) => {
    const document = modelWith(kind, settings)
    expect(parseLab(JSON.stringify(document))).toEqual(document)
  })
})
