/** BLEU and chrF equal sacreBLEU's, for the corpus, for every pair, and in every edge case. */
import { describe, expect, it } from 'vitest'
import type { Batch } from '../tasks/types'
import { Bleu } from './bleu'
import { bleuTokeniserFor, bleuTokenisers, type BleuTokeniser } from './bleu-tokenisers'
import { Chrf } from './chrf'
import fixture from './fixtures/texts.json'
import { GeneratedTexts } from './generated-texts'

interface Scores {
  readonly bleu: number
  readonly chrf: number
}
interface Pair extends Scores {
  readonly hypothesis: string
  readonly reference: string
  readonly words: readonly (readonly string[])[]
}
interface Case extends Scores {
  readonly name: string
  readonly tokeniser: BleuTokeniser
  readonly pairs: readonly Pair[]
}
const cases = fixture.cases as unknown as readonly Case[]

function scoresOf(tokeniser: BleuTokeniser, pairs: readonly Pair[]): Scores {
  const [bleu, chrf] = [new Bleu(tokeniser), new Chrf()]
  for (const { hypothesis, reference } of pairs) {
    bleu.add(hypothesis, reference)
    chrf.add(hypothesis, reference)
  }
  return { bleu: bleu.score, chrf: chrf.score }
}
const close = ({ bleu, chrf }: Scores) => ({ bleu: expect.closeTo(bleu, 9) as number, chrf: expect.closeTo(chrf, 9) as number })

it('there are 50 pairs, 20 of them Chinese', () => {
  expect(cases.slice(0, 2).map(({ pairs }) => pairs.length)).toEqual([30, 20])
})

describe.each(cases)('$name', (each) => {
  const { tokeniser, pairs } = each
  it('has the scores of sacreBLEU over all pairs', () => expect(scoresOf(tokeniser, pairs)).toEqual(close(each)))
  it('has its scores for each pair', () => {
    for (const pair of pairs) expect(scoresOf(tokeniser, [pair]), pair.hypothesis).toEqual(close(pair))
  })
  it('has its words', () => {
    const split = bleuTokenisers[tokeniser]
    for (const { hypothesis, reference, words } of pairs) expect([split(hypothesis), split(reference)]).toEqual(words)
  })
})

it('texts with Chinese characters are split as Chinese', () => {
  expect(bleuTokeniserFor(['a', 'é', '。'])).toBe('13a')
  expect(bleuTokeniserFor(['a', '年'])).toBe('zh')
})

describe('generated token ids', () => {
  const vocabulary = ['', '«', '»', ...Array.from('abcdef')]
  const task = { aim: 'tokens', length: 5, classes: vocabulary.length, causal: true, written: { begin: 1, end: 2 } } as const
  const spaced = { kind: 'longest-match', vocabulary, signs: 3, spaces: 'separating' } as const
  const batch = (targets: readonly number[], mask: readonly number[]): Batch => ({
    tokens: new Int32Array(targets.length),
    targets: Int32Array.from(targets),
    mask: Float32Array.from(mask),
  })
  const scored = (targets: readonly number[], mask: readonly number[], generated: readonly number[]): Scores => {
    const texts = new GeneratedTexts(task, spaced)
    texts.add(batch(targets, mask), generated)
    return { bleu: texts.bleu.score, chrf: texts.chrf.score }
  }

  it('are compared as texts that end before the end token', () => {
    expect(scored([3, 4, 5, 6, 2], [1, 1, 1, 1, 1], [3, 4, 5, 6, 2])).toEqual({ bleu: 100, chrf: 100 })
    expect(scored([3, 4, 2, 0, 0], [1, 1, 1, 0, 0], [3, 4, 2, 8, 8]).chrf).toBe(100)
  })
  it('count beyond the end of the reference if no end was generated', () => {
    expect(scored([3, 4, 2, 0, 0], [1, 1, 1, 0, 0], [3, 4, 5, 6, 7]).chrf).toBeLessThan(100)
  })
  it('may be empty, and rows of padding do not count', () => {
    expect(scored([3, 4, 5, 6, 2], [1, 1, 1, 1, 1], [2, 3, 4, 5, 6])).toEqual({ bleu: 0, chrf: 0 })
    const row = [3, 4, 5, 6, 2]
    const padding = [0, 0, 0, 0, 0]
    expect(scored([...row, ...padding], [1, 1, 1, 1, 1, ...padding], [...row, 8, 8, 8, 8, 8])).toEqual({ bleu: 100, chrf: 100 })
  })
})
