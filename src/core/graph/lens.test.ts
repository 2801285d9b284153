/** Which points of a graph the logit lens decodes, and which models it refuses. */
import { describe, expect, it } from 'vitest'
import { composeLab } from '../models/compose'
import { embed, layers } from '../models/parts'
import { LabError } from '../errors'
import type { LabDocument } from '../lab/document'
import type { Signature } from '../signature'
import { buildGraph } from './build'
import { compile } from './compile'
import { emitLens } from './lens'
import { fullSignature, lab, signature } from './testing'

const built = ({ graph }: LabDocument, own: Signature = signature) =>
  buildGraph(graph, own, { mode: 'inspect', batch: 1, gated: true })
const blocksOf = (document: LabDocument, own?: Signature) => emitLens(built(document, own)).map(({ block }) => block)
const codeOf = (document: LabDocument, own: Signature): string => {
  try {
    return blocksOf(document, own).join()
  } catch (error) {
    return error instanceof LabError ? error.code : String(error)
  }
}
const stack = (count: number, norms: 'before' | 'after' | 'none'): LabDocument =>
  composeLab({ task: { kind: 'reverse', params: {} } }, (c) => {
    const options = { layers: count, attention: { heads: 2 }, feedForward: null, norms }
    const x = layers(c, embed(c, { width: 8 }), options)
    c.place('classifier', 'classifier', {}, { x })
  })
const ends = ['tokens.ids > embedding.ids']

describe('the points', () => {
  it.each(['before', 'after', 'none'] as const)(
    'of residual layers with norms %s are the embedding, the positions and the sums',
    (norms) => {
      expect(blocksOf(stack(2, norms))).toEqual(['embedding', 'position', 'add-attention-1', 'add-attention-2'])
    },
  )

  it('are followed through either input of a sum, and begin where two independent values are added', () => {
    const document = lab(
      [
        'tokens',
        ['embedding', { width: 8 }],
        ['embedding as other', { width: 8 }],
        'add',
        ['linear', { width: 8 }],
        'add as sum',
        'classifier',
      ],
      [
        ...[...ends, 'tokens.ids > other.ids', 'embedding.y > add.a', 'other.y > add.b', 'add.y > linear.x'],
        ...['linear.y > sum.a', 'add.y > sum.b', 'sum.y > classifier.x'],
      ],
    )
    expect(blocksOf(document)).toEqual(['add', 'sum'])
  })

  it('without residual connections are the outputs of the same shape along first inputs', () => {
    const chain = (width: number) =>
      lab(
        [
          'tokens',
          ['embedding', { width: 8 }],
          ['feed-forward', { hidden: 4 }],
          'dropout',
          ['linear', { width }],
          'classifier',
        ],
        [
          ...ends,
          'embedding.y > feed-forward.x',
          'feed-forward.y > dropout.x',
          'dropout.y > linear.x',
          'linear.y > classifier.x',
        ],
      )
    expect(blocksOf(chain(8))).toEqual(['embedding', 'dropout', 'linear']) // dropout gives what it is given
    expect(blocksOf(chain(4))).toEqual(['linear'])
  })

  it('of many layers are spread over all of them, with the first and the last', () => {
    const blocks = blocksOf(stack(80, 'before'))
    expect(blocks).toHaveLength(48)
    expect([blocks[0], blocks.at(-1)]).toEqual(['embedding', 'add-attention-80'])
    expect(new Set(blocks).size).toBe(48)
  })

  it('of a large vocabulary are fewer, so that their logits fit', () => {
    const own = { ...signature, classes: 2 ** 25 / signature.length / 3 }
    expect(blocksOf(stack(6, 'before'), { ...own, classes: Math.floor(own.classes) })).toHaveLength(3)
  })
})

it('the last layer is the value of the model itself, and no weight or probe is added', () => {
  const document = stack(2, 'before')
  const [plain, lens] = [false, true].map((wanted) => compile(document, signature, { mode: 'inspect', batch: 1, lens: wanted }))
  expect(lens!.outputs.get('lens/add-attention-2')).toBe(lens!.outputs.get('logits'))
  expect(lens!.states.map(({ name }) => name).sort()).toEqual(plain!.states.map(({ name }) => name).sort())
  expect(lens!.probes.map(({ name }) => name)).toEqual(plain!.probes.map(({ name }) => name))
  expect(lens!.inputs.map(({ name }) => name).sort()).toEqual(plain!.inputs.map(({ name }) => name).sort())
  expect([...plain!.outputs.keys()].some((name) => name.startsWith('lens/'))).toBe(false)
})

describe('models without classes are refused', () => {
  const pooled = (output: string) =>
    lab(['tokens', ['embedding', { width: 8 }], 'pool', output], [...ends, 'embedding.y > pool.x', `pool.y > ${output}.x`])
  it.each([
    ['a number', pooled('regression'), fullSignature('number'), 'lens.no-classes'],
    ['several labels', pooled('multi-label'), fullSignature('labels'), 'lens.several-labels'],
    ['one class', pooled('sequence-classifier'), fullSignature('sequence'), 'embedding'],
    ['too many classes', stack(2, 'before'), { ...signature, classes: 2 ** 23 }, 'lens.too-large'],
    ['no output', lab(['tokens', 'embedding'], ends), signature, 'graph.no-output'],
  ])('%s', (_, document, own, code) => {
    expect(codeOf(document, own)).toBe(code)
  })
})
