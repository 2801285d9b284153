/** Painted attention maps: they replace the weights of their head exactly, hide what the mask hides, and the rest trains around them. */
import { describe, expect, it } from 'vitest'
import { analyse } from '../../graph/analyse'
import { compile } from '../../graph/compile'
import { applyEdit } from '../../graph/edit'
import { lab, signature } from '../../graph/testing'
import type { LabDocument } from '../../lab/document'
import { interpret } from '../../program/reference'
import { weightsOf, type Settings } from '../testing'

const asked = { ...signature, length: 3, padded: false }
const tokens = [1, 3, 2]
const rows = ['0 0 1', '0.5 0.25 0.25', '1 0 0']
const map = [0, 0, 1, 0.5, 0.25, 0.25, 1, 0, 0]

const model = (kind: string, settings: Settings): LabDocument =>
  lab(
    ['tokens', ['embedding', { width: 4 }], [`${kind} as attention`, settings], 'classifier'],
    ['tokens.ids > embedding.ids', 'embedding.y > attention.x', 'attention.y > classifier.x'],
    { clipNorm: null, optimiser: { kind: 'sgd', momentum: 0 } },
  )
const seen = (document: LabDocument, feeds: Record<string, readonly number[]> = { tokens }, of = asked) => {
  const program = compile(document, of, { mode: 'inspect', batch: 1, gated: false })
  const values = interpret(program, feeds, weightsOf(program.states))
  return (name: string): number[] => Array.from(values.get(`probe/attention/${name}`)!)
}

describe('a painted map', () => {
  it('is the attention of its head, and the output of the head its weighted sum of values; other heads are as before', () => {
    const settings = { heads: 2, maps: [{ head: 1, rows }] }
    const [painted, plain] = [seen(model('multi-head', settings)), seen(model('multi-head', { heads: 2 }))]
    expect(painted('attention').slice(9)).toEqual(map)
    expect(painted('attention').slice(0, 9)).toEqual(plain('attention').slice(0, 9))

    const single = seen(model('self-attention', { maps: [{ head: 0, rows }] }))
    const values = single('values') // (1, 1, 3, 4)
    const expected = [0, 1, 2].flatMap((query) =>
      [0, 1, 2, 3].map((feature) =>
        [0, 1, 2].reduce((sum, key) => sum + map[3 * query + key]! * values[4 * key + feature]!, 0),
      ),
    )
    single('output').forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6))
  })

  it('shows no key that the mask hides, and no padding', () => {
    const causal = seen(model('self-attention', { mask: 'causal', maps: [{ head: 0, rows }] }))
    expect(causal('attention')).toEqual([0, 0, 0, 0.5, 0.25, 0, 1, 0, 0])
    const padded = { ...asked, padded: true }
    const short = seen(model('self-attention', { maps: [{ head: 0, rows }] }), { tokens, mask: [1, 1, 0] }, padded)
    expect(short('attention').slice(0, 6)).toEqual([0, 0, 0, 0.5, 0.25, 0])
  })

  it('is not trained, nor what only it would have used, while everything else is', () => {
    const document = model('self-attention', { maps: [{ head: 0, rows }] })
    const train = compile(document, asked, { mode: 'train', batch: 1 })
    const weights = weightsOf(train.states)
    const after = interpret(train, { tokens, targets: [1, 0, 0], learningRate: [0.1] }, weights)
    for (const name of ['query', 'key']) {
      const updated = after.get(`update/attention/${name}`)
      if (updated) expect(Array.from(updated)).toEqual(Array.from(weights[`attention/${name}`]!))
    }
    expect(Array.from(after.get('update/attention/value')!)).not.toEqual(Array.from(weights['attention/value']!))
  })

  it('of a head that the block does not have changes nothing', () => {
    const [with9, without] = [{ heads: 2, maps: [{ head: 9, rows }] }, { heads: 2 }].map((settings) =>
      seen(model('multi-head', settings)),
    )
    expect(with9!('attention')).toEqual(without!('attention'))
  })

  it.each<[string, readonly string[]]>([
    ['another length', ['1 0', '0 1']],
    ['words', ['0 0 1', '0 x 1', '1 0 0']],
  ])('of %s is refused, with the repair to remove it', (_, wrong) => {
    const others = { head: 0, rows }
    const document = model('multi-head', { heads: 2, maps: [others, { head: 1, rows: wrong }] })
    const [problem] = analyse(document, asked).problems
    expect(problem).toMatchObject({ code: 'graph.painted-size', params: { head: 2, queries: 3, keys: 3 } })
    const { params } = applyEdit(document, problem!.repair!.edit).graph.nodes.find(({ id }) => id === 'attention')!
    expect(params['maps']).toEqual([others])
  })
})
