import { describe, expect, it } from 'vitest'
import type { LabDocument } from '../lab/document'
import { interpret } from '../program/reference'
import { sizeOf } from '../program/shapes'
import { analyse } from './analyse'
import { compile } from './compile'
import { groupEdit } from './group-edits'
import { applyEdit } from './edit'
import { lab, signature } from './testing'

const length = 5
const causal = { ...signature, length, padded: false, causal: true, source: { length: 4, vocabulary: 5, padded: false } }

/** Whether outputs at any token but the last change with the last token, by running the model in float64. */
function seesLastToken(document: LabDocument): boolean {
  const program = compile({ ...document, training: { ...document.training, batchSize: 1 } }, causal, {
    mode: 'infer',
    batch: 1,
  })
  const wave = (size: number, seed: number) => Float64Array.from({ length: size }, (_, i) => Math.sin(seed + 1.7 * i))
  const states = Object.fromEntries(program.states.map(({ name, value }, i) => [name, wave(sizeOf(value.shape), i)]))
  const gates = program.inputs.filter(({ kind }) => kind === 'gate')
  const ones = Object.fromEntries(gates.map(({ name, value }) => [name, new Float64Array(sizeOf(value.shape)).fill(1)]))
  const logits = (tokens: number[]) =>
    interpret(program, { ...ones, tokens, source: [1, 2, 3, 4] }, states, ['logits']).get('logits')!
  const [before, after] = [logits([1, 2, 3, 4, 1]), logits([1, 2, 3, 4, 2])]
  return before.slice(0, -causal.classes).some((value, i) => Math.abs(value - after[i]!) > 1e-9)
}
const told = (document: LabDocument) => analyse(document, causal).warnings.map(({ node }) => node)

type Blocks = Parameters<typeof lab>[0]
/** Embedding, some blocks, and next-token logits: the blocks read `embedding.y` and produce `out`. */
const model = (blocks: Blocks, wires: readonly string[], out: string): LabDocument =>
  lab(
    ['tokens', ['embedding', { width: 4 }], ...blocks, 'next-token'],
    ['tokens.ids > embedding.ids', ...wires, `${out} > next-token.x`],
  )

const chain = (...blocks: readonly [string, Readonly<Record<string, unknown>>][]): LabDocument => {
  const ids = blocks.map(([name]) => name.split(' as ').at(-1)!)
  return model(
    blocks,
    ids.map((id, i) => `${i === 0 ? 'embedding' : ids[i - 1]!}.y > ${id}.x`),
    `${ids.at(-1) ?? 'embedding'}.y`,
  )
}
const byHand = (softmax: Readonly<Record<string, unknown>> | null): LabDocument =>
  model(
    ['dot-products', ...(softmax ? ([['softmax', softmax]] as const) : []), 'weighted-sum'],
    [
      ...['embedding.y > dot-products.queries', 'embedding.y > dot-products.keys', 'embedding.y > weighted-sum.values'],
      ...(softmax
        ? ['dot-products.scores > softmax.scores', 'softmax.weights > weighted-sum.weights']
        : ['dot-products.scores > weighted-sum.weights']),
    ],
    'weighted-sum.y',
  )

const two = { heads: 2 }
const cases: Readonly<Record<string, { document: LabDocument; blocks: string[] }>> = {
  'tokens one by one': { document: chain(['feed-forward', { hidden: 8 }], ['norm', {}]), blocks: [] },
  'causal attention': {
    document: chain(['multi-head', { ...two, mask: 'causal' }], ['self-attention', { mask: 'causal-window' }]),
    blocks: [],
  },
  'attention without a mask': { document: chain(['multi-head', two]), blocks: ['multi-head'] },
  'a window to both sides': { document: chain(['self-attention', { mask: 'window', window: 1 }]), blocks: ['self-attention'] },
  'one mask of two': {
    document: chain(['self-attention', { mask: 'causal' }], ['multi-head', { ...two, mask: 'without-diagonal' }]),
    blocks: ['multi-head'],
  },
  'a causal mask behind one without': {
    document: chain(['self-attention', {}], ['multi-head', { ...two, mask: 'causal' }]),
    blocks: ['self-attention'],
  },
  'attention by hand, causal': { document: byHand({ mask: 'causal' }), blocks: [] },
  'attention by hand, without a mask': { document: byHand({}), blocks: ['softmax'] },
  'scores in place of weights': { document: byHand(null), blocks: ['weighted-sum'] },
  'a recurrent network forward': { document: chain(['recurrent', { width: 4 }]), blocks: [] },
  'a recurrent network backward': {
    document: chain(['recurrent', { width: 4, direction: 'backward' }]),
    blocks: ['recurrent'],
  },
  'a recurrent network both ways': { document: chain(['recurrent', { width: 2, direction: 'both' }]), blocks: ['recurrent'] },
  'a state made of all tokens': {
    document: model(
      ['pool', ['recurrent', { width: 4 }]],
      ['embedding.y > pool.x', 'embedding.y > recurrent.x', 'pool.y > recurrent.initial'],
      'recurrent.y',
    ),
    blocks: ['recurrent'],
  },
  'another sequence, read as a whole': {
    document: model(
      [
        ['tokens as source', { sequence: 'source' }],
        ['embedding as words', { width: 4 }],
        ['cross-attention', two],
      ],
      ['source.ids > words.ids', 'embedding.y > cross-attention.x', 'words.y > cross-attention.memory'],
      'cross-attention.y',
    ),
    blocks: [],
  },
  'its own sequence as memory': {
    document: model(
      [['cross-attention', two]],
      ['embedding.y > cross-attention.x', 'embedding.y > cross-attention.memory'],
      'cross-attention.y',
    ),
    blocks: ['cross-attention'],
  },
  'tokens pushed to the right': {
    document: model(
      [
        ['tokens as source', { sequence: 'source' }],
        ['embedding as words', { width: 4 }],
        ['concat', { axis: 'token' }],
        ['slice', { axis: 'token', start: 3, size: length }],
      ],
      ['source.ids > words.ids', 'words.y > concat.a', 'embedding.y > concat.b', 'concat.y > slice.x'],
      'slice.y',
    ),
    blocks: [],
  },
  'tokens pulled to the left': {
    document: model(
      [
        ['concat', { axis: 'token' }],
        ['slice', { axis: 'token', start: 1, size: length }],
      ],
      ['embedding.y > concat.a', 'embedding.y > concat.b', 'concat.y > slice.x'],
      'slice.y',
    ),
    blocks: ['slice'],
  },
}

describe('a model for next-token prediction', () => {
  it.each(Object.entries(cases))('has a warning if and only if it sees the next token: %s', (_name, { document, blocks }) => {
    expect(analyse(document, causal).problems).toEqual([])
    expect(told(document)).toEqual(blocks)
    expect(seesLastToken(document)).toBe(blocks.length > 0)
  })

  it.each(['multi-head', 'self-attention', 'softmax', 'recurrent', 'cross-attention'])(
    'no longer sees it after the repair of %s',
    (block) => {
      const documents = Object.values(cases).filter(({ blocks }) => blocks.includes(block))
      expect(documents).not.toEqual([])
      for (const { document } of documents) {
        const [warning] = analyse(document, causal).warnings
        if (!warning?.repair) continue
        const repaired = applyEdit(document, warning.repair.edit)
        expect(told(repaired)).toEqual([])
        expect(seesLastToken(repaired)).toBe(false)
      }
    },
  )

  it('has one warning for all repetitions of a group, with a repair inside it', () => {
    const whole = chain(['norm', {}], ['self-attention', {}])
    const made = groupEdit(whole, ['norm', 'self-attention'], 'Layer')!
    const grouped = applyEdit(whole, made.edit)
    const repeated = applyEdit(grouped, { type: 'setParam', node: made.node, param: 'repetitions', value: 3 })
    const { warnings, problems } = analyse(repeated, causal)
    expect(problems).toEqual([])
    expect(warnings.map(({ node }) => node)).toEqual([made.node])
    expect(told(applyEdit(repeated, warnings[0]!.repair!.edit))).toEqual([])
  })

  it('has no warning if the task is not next-token prediction', () => {
    expect(analyse(cases['attention without a mask']!.document, { ...causal, causal: false }).warnings).toEqual([])
  })
})
