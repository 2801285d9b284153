/**
 * What every block must do, for every choice of its settings: gradients that agree with finite differences in float64, padding
 * that changes nothing, a document that survives being saved. A new block is covered by being in the catalogue.
 */
import { describe, expect, it } from 'vitest'
import { compile } from '../graph/compile'
import { fullSpec, lab } from '../graph/testing'
import type { LabDocument } from '../lab/document'
import { parseLab } from '../lab/read'
import { interpret } from '../program/reference'
import { sizeOf } from '../program/shapes'
import type { Program, State, Value } from '../program/types'
import { stream } from '../random/stream'
import type { Aim, TaskSpec } from '../tasks/types'
import { fieldsOf } from './fields'
import type { BlockDefinition } from './define'
import { blockByKind, blocks } from './index'

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

/** The output that judges what a block gives, and what a task must then ask for. Output blocks judge themselves. */
const judges: Readonly<Record<string, { readonly block: string; readonly aim: Aim }>> = {
  'batch,token,feature': { block: 'classifier', aim: 'tokens' },
  'batch,feature': { block: 'sequence-classifier', aim: 'sequence' },
}
const outputAims: Readonly<Record<string, Aim>> = {
  classifier: 'tokens',
  'sequence-classifier': 'sequence',
}

const axesOf = ({ outputs }: BlockDefinition): string => Object.values(outputs)[0]?.axes.join() ?? ''
const judgeOf = (block: BlockDefinition): string => judges[axesOf(block)]?.block ?? 'classifier'
const aimOf = (block: BlockDefinition): Aim => outputAims[block.kind] ?? judges[axesOf(block)]?.aim ?? 'tokens'

/** What gives each kind of port something to read. The second port of a kind gets something else than the first. */
const sources: Readonly<Record<string, readonly string[]>> = {
  'batch,token': ['tokens.ids'],
  'batch,token,feature': ['position.y', 'embedding.y'],
  'batch,feature': ['pool.y', 'pool.y'],
}
/** Ports that read the second sequence. */
const memoryPorts: ReadonlySet<string> = new Set(['memory'])

const small: Readonly<Record<string, Settings>> = {
  embedding: { width: 4 },
  position: { method: 'learned' },
  'multi-head': { heads: 2 },
  'feed-forward': { hidden: 6 },
}

/** A small model around the block: both sequences embedded, what its ports read, and an output that judges what it gives. */
function modelWith(kind: string, settings: Settings): LabDocument {
  const block = blockByKind(kind)
  if (!block) throw new Error(`no block ${kind}`)
  const node = (name: string): [string, Settings] => [
    name,
    { ...small[name.split(' as ')[0] ?? ''], ...(name === kind ? settings : {}) },
  ]
  const nodes = new Map<string, [string, Settings]>()
  const wires: string[] = []
  const add = (id: string, ports: readonly string[], name = id): void => {
    if (nodes.has(id)) return
    nodes.set(id, node(name))
    wires.push(...ports)
  }
  const provide = (source: string): string => {
    const [id = ''] = source.split('.')
    if (id === 'pool') add('pool', [`${provide('position.y')} > pool.x`])
    if (id === 'memory') {
      nodes.set('source', ['tokens as source', { sequence: 'source' }])
      nodes.set('memory', ['embedding as memory', { width: 4 }])
      wires.push('source.ids > memory.ids')
    }
    return source
  }
  add('tokens', [])
  add('embedding', ['tokens.ids > embedding.ids'])
  add('position', ['embedding.y > position.x'])
  const seen: Record<string, number> = {}
  const plugs = Object.entries(block.inputs).map(([port, { axes }]) => {
    const type = axes.join()
    const index = (seen[type] = (seen[type] ?? -1) + 1)
    return `${provide(memoryPorts.has(port) ? 'memory.y' : (sources[type]?.[index] ?? ''))} > ${kind}.${port}`
  })
  add(kind, plugs)
  const judge = judgeOf(block)
  const framed = kind === 'tokens' || kind === 'embedding' || kind === 'position' // these lead to the output already
  if (block.family !== 'output') {
    add(judge, [`${framed ? 'position.y' : `${kind}.${Object.keys(block.outputs)[0] ?? ''}`} > ${judge}.x`])
  }
  const training = { batchSize: 2, learningRate: 1, clipNorm: null, optimiser: { kind: 'sgd', momentum: 0 } }
  return lab([...nodes.values()], wires, training)
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

const SOURCE = [3, 1, 2, 0, 0, /**/ 1, 1, 2, 3, 2]
const SOURCE_MASK = [1, 1, 1, 0, 0, /**/ 1, 1, 1, 1, 1]

/** Targets of each aim, for as many values as the program wants. */
function targetsOf({ dtype, shape }: Value): number[] {
  if (dtype === 'float32') return Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 7) % 3 === 0 ? 1 : 0))
  return TARGETS.slice(0, sizeOf(shape))
}

/** Data, gates wide open, and dropout that drops nothing. */
function feedsOf(program: Program): Numbers {
  const targets = program.inputs.find(({ name }) => name === 'targets')
  const data: Record<string, number[]> = {
    tokens: TOKENS,
    mask: MASK,
    source: SOURCE,
    sourceMask: SOURCE_MASK,
    targets: targets ? targetsOf(targets.value) : [],
    learningRate: [1],
  }
  return Object.fromEntries(
    program.inputs.map(({ name, value }) => [name, data[name] ?? new Array<number>(sizeOf(value.shape)).fill(1)]),
  )
}

/** A task that asks for what the block, or the output behind it, gives. */
function taskFor(kind: string, padded: boolean): TaskSpec {
  const task = fullSpec(aimOf(blockByKind(kind) ?? blocks[0]!))
  return { ...task, padded, source: task.source && { ...task.source, padded } }
}

const cases = blocks.flatMap(({ kind }) => variants(kind).map((settings) => [kind, settings] as const))

describe.each([
  ['padded', true],
  ['without padding', false],
])('%s', (_name, padded) => {
  it.each(cases)('%s %j: gradients agree with finite differences', (kind, settings) => {
    const task = taskFor(kind, padded)
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
    const task = taskFor(kind, true)
    const logits = (length: number, sourceLength: number): number[] => {
      const programOf = (longest: number) =>
        compile(
          modelWith(kind, settings),
          { ...task, length: longest, source: task.source && { ...task.source, length: sourceLength } },
          { mode: 'infer', batch: 1 },
        )
      const program = programOf(length)
      // The same first positions, whatever the length.
      const { 'position/positions': positions, ...others } = weights(programOf(9).states)
      const states = { ...others, ...(positions && { 'position/positions': Array.from(positions).slice(0, length * 4) }) }
      const pad = (values: number[], to: number) => [...values, ...new Array<number>(to - values.length).fill(0)]
      const feeds = {
        ...feedsOf(program),
        tokens: pad([1, 3, 2, 4], length),
        mask: pad([1, 1, 1, 1], length),
        source: pad([3, 1, 2], sourceLength),
        sourceMask: pad([1, 1, 1], sourceLength),
      }
      const result = interpret(program, feeds, states, ['logits']).get('logits')
      const rows = task.aim === 'tokens' ? 3 : 1
      return [...(result ?? [])].slice(0, rows * task.classes.length)
    }
    const short = logits(4, 4)
    expect(short.length).toBeGreaterThan(0)
    logits(9, 7).forEach((value, i) => expect(value).toBeCloseTo(short[i] ?? NaN, 9))
  })
})

describe('saving', () => {
  it.each(cases)('%s %j comes back as it was', (kind, settings) => {
    const document = modelWith(kind, settings)
    expect(parseLab(JSON.stringify(document))).toEqual(document)
  })
})
