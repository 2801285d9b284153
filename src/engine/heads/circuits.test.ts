/** Circuits equal what the model computes: scores of attention, and logits that come from one attended token alone. */
import { lab } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '../../main/engine/choose'
import type { Circuit } from '@core/contract/heads'
import { batchOf } from '@core/tasks/samples'
import type { Executor } from '../executor'
import { batchFeeds } from '../feeds'
import { dateLab } from '../testing/decoders'
import { createTraining, type Training } from '../training'
import { copyingOf, headCircuits } from './circuits'

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor('tfjs', () => undefined)
})
const made: Training[] = []
afterEach(() => made.splice(0).forEach(({ model }) => model.dispose()))

type Settings = Readonly<Record<string, unknown>>
const length = 8

/** Letters → embedding → attention → logits, without a residual connection: the logits come from attention alone. */
function attentionLab(
  kind: string,
  settings: Settings = {},
  { embedding = {}, output = 'classifier', between = [] }: Around = {},
) {
  const chain = ['embedding', ...between.map(([name]) => name), `${kind} as attention`, output]
  const ids = chain.map((name) => name.split(' as ').at(-1)!)
  const document = lab(
    ['tokens', ['embedding', { width: 8, ...embedding }], ...between, [`${kind} as attention`, settings], [output, {}]],
    [
      'tokens.ids > embedding.ids',
      ...ids.slice(1).map((id, at) => `${ids[at]}.y > ${id}.x`),
      ...(output === 'next-token' ? ['embedding.table > next-token.table'] : []),
    ],
  )
  return { ...document, task: { kind: 'induction', params: { length, symbols: 8 } } } as LabDocument
}
interface Around {
  readonly embedding?: Settings
  readonly output?: string
  readonly between?: readonly (readonly [string, Settings])[]
}
function opened(document: LabDocument): Training {
  const training = createTraining(executor, document, null)
  made.push(training)
  return training
}
/** The values of one sequence by name. */
async function run({ model }: Training, tokens: readonly number[], ...names: string[]) {
  const { program, executable } = model.program('inspect', { batch: 1 })
  const batch = batchOf(model.signature, [{ tokens, targets: [] }], 1)
  const outputs = await executable.run(batchFeeds(program, batch, new Map()), names)
  return names.map((name) => outputs.get(name)!)
}
const found = (circuit: unknown): Circuit => {
  expect(circuit).toBeTypeOf('object')
  return circuit as Circuit
}
/** Gains that differ, so that a test notices where they are multiplied. */
function varyGains({ model }: Training, name: string): void {
  model.states.write(new Map([[name, Float32Array.from({ length: 8 }, (_, i) => 0.5 + i / 4)]]))
}

const batchNorm = ['norm', { method: 'batch' }] as const
const variants: [string, string, Settings, Around?][] = [
  ['several heads', 'multi-head', { heads: 2 }],
  ['keys and values shared by groups of heads', 'multi-head', { heads: 4, keyValueHeads: 2 }],
  ['heads of full width', 'multi-head', { heads: 2, headWidth: 'full' }],
  ['chosen widths', 'multi-head', { heads: 2, keyWidth: 3, valueWidth: 5 }],
  ['merged by mean', 'multi-head', { heads: 2, merge: 'mean' }],
  ['merged by sum', 'multi-head', { heads: 2, merge: 'sum' }],
  ['bilinear scores', 'multi-head', { heads: 2, score: 'bilinear' }],
  ['another scale', 'multi-head', { heads: 2, scale: 'number', factor: 3 }],
  ['self-attention', 'self-attention', {}],
  ['a scaled and tied embedding', 'multi-head', { heads: 2 }, { embedding: { scale: true }, output: 'next-token' }],
  ['a norm with gains', 'multi-head', { heads: 2 }, { between: [batchNorm] }],
  [
    'dropout and no positions',
    'multi-head',
    { heads: 2 },
    {
      between: [
        ['dropout', {}],
        ['position', { method: 'none' }],
      ],
    },
  ],
]

describe.each(variants)('%s', (_, kind, settings, around) => {
  const document = attentionLab(kind, { mask: 'causal', ...settings }, around)
  const heads = (settings['heads'] ?? 1) as number
  const open = (): Training => {
    const training = opened(document)
    if (around?.between?.[0] === batchNorm) varyGains(training, 'norm/gain')
    return training
  }

  test('QK: the scores', async () => {
    const training = open()
    const tokens = [3, 1, 4, 1, 5, 0, 2, 6]
    const [scores] = await run(training, tokens, 'probe/attention/scores')
    for (let head = 0; head < heads; head++) {
      const { data, columns, rows } = found(headCircuits(training, { block: 'attention', head }).queryKey)
      expect([rows.join(''), columns.length]).toEqual(['abcdefgh', 8])
      tokens.forEach((query, t) =>
        tokens.forEach((key, s) => {
          expect(scores![(head * length + t) * length + s]).toBeCloseTo(data[query * columns.length + key]!, 4)
        }),
      )
    }
  })

  test('OV: the logits of sequences of one token, summed over heads', async () => {
    const training = open()
    const circuits = Array.from({ length: heads }, (_, head) =>
      found(headCircuits(training, { block: 'attention', head }).outputValue),
    )
    for (const token of [0, 3, 7]) {
      const [logits] = await run(
        training,
        Array.from({ length }, () => token),
        'logits',
      )
      for (let column = 0; column < 8; column++) {
        const sum = circuits.reduce((total, { data }) => total + data[token * 8 + column]!, 0)
        expect(logits![(length - 1) * 8 + column]).toBeCloseTo(sum, 4)
      }
    }
  })

  test('copying: a share of the eigenvalues', () => {
    const training = open()
    const node = document.graph.nodes.find(({ id }) => id === 'attention')!
    for (let head = 0; head < heads; head++) {
      const score = copyingOf(training, node, head)
      expect(Math.abs(score as number)).toBeLessThanOrEqual(1)
    }
  })
})

describe('where there is none, it says why', () => {
  const circuits = (document: LabDocument, block = 'attention') => {
    const { queryKey, outputValue } = headCircuits(opened(document), { block, head: 0 })
    return [queryKey, outputValue].map((each) => (typeof each === 'string' ? each : 'found'))
  }
  test.each<[string, Settings, Around, readonly string[]]>([
    ['scores that are not bilinear', { score: 'additive' }, {}, ['not-bilinear', 'found']],
    ['rotated queries and keys', { positions: 'rope' }, {}, ['positions', 'found']],
    ['heads that are not merged linearly', { merge: 'linear-relu' }, {}, ['found', 'not-linear']],
    ['an embedding behind another layer', {}, { between: [['feed-forward', {}]] }, ['no-embedding', 'no-embedding']],
  ])('%s', (_, settings, around, expected) => {
    expect(circuits(attentionLab('multi-head', { heads: 2, ...settings }, around))).toEqual(expected)
  })

  test('in an encoder–decoder, only the cross attention leads from the source to the logits', () => {
    const document = dateLab()
    expect(circuits(document, 'cross-attention')).toEqual(['found', 'found'])
    const { queryKey, outputValue } = headCircuits(opened(document), { block: 'cross-attention', head: 1 })
    const { source, tokeniser, classes } = made[0]!.task.spec
    expect(found(queryKey)).toMatchObject({ rows: tokeniser.vocabulary, columns: source!.vocabulary })
    expect(found(outputValue)).toMatchObject({ rows: source!.vocabulary, columns: classes })
  })

  test('a model that predicts other tokens than it reads copies none', () => {
    const document = { ...attentionLab('multi-head', { heads: 2 }), task: { kind: 'pos-tagging', params: {} } } as LabDocument
    const training = opened(document)
    expect(
      copyingOf(
        training,
        document.graph.nodes.find(({ id }) => id === 'attention')!,
        0,
      ),
    ).toBe('other-tokens')
  })

  test('weights that are not finite have no eigenvalues', () => {
    const training = opened(attentionLab('multi-head', { heads: 2 }))
    training.model.states.write(new Map([['attention/value', new Float32Array(64).fill(NaN)]]))
    expect(
      copyingOf(
        training,
        training.model.lab.graph.nodes.find(({ id }) => id === 'attention')!,
        0,
      ),
    ).toBe('no-eigenvalues')
  })

  test('a head that does not exist is refused', () => {
    const training = opened(attentionLab('multi-head', { heads: 2 }))
    for (const head of [
      { block: 'attention', head: 2 },
      { block: 'embedding', head: 0 },
      { block: 'missing', head: 0 },
    ]) {
      expect(() => headCircuits(training, head)).toThrow(expect.objectContaining({ code: 'run.unknown-head' }))
    }
  })
})
