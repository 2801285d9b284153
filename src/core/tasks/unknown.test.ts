import { describe, expect, it } from 'vitest'
import { createTask } from './index'
import { untrainedUnknown } from './unknown'

describe('an unknown token that does not occur in training', () => {
  it('is reported with its share of the validation tokens', () => {
    const notice = { code: 'vocabulary.unknown-untrained', params: { count: 2, tokens: 5 } }
    expect(
      untrainedUnknown(
        1,
        [[2, 3]],
        [
          [1, 2, 1],
          [3, 4],
        ],
      ),
    ).toEqual([notice])
    expect(
      untrainedUnknown(
        1,
        [[2, 1]],
        [
          [1, 2, 1],
          [3, 4],
        ],
      ),
    ).toEqual([])
    expect(untrainedUnknown(1, [[2, 3]], [[2, 3]])).toEqual([])
    expect(untrainedUnknown(null, [[2, 3]], [[1]])).toEqual([])
  })

  /** Forty sentences with a unique last word. */
  const table = Array.from({ length: 40 }, (_, row) => `the cat sees word${row},${row % 2 ? 'good' : 'bad'}`).join('\n')
  const codes = (wordDropout: number, minimum = 1) =>
    createTask({ kind: 'own-classification', params: { wordDropout, minimum } }, `text,label\n${table}`).spec.notices.map(
      ({ code }) => code,
    )
  it('is reported for a table, unless word dropout or a minimum frequency trains it', () => {
    expect(codes(0)).toContain('vocabulary.unknown-untrained')
    expect(codes(0.25)).not.toContain('vocabulary.unknown-untrained')
    expect(codes(0, 2)).not.toContain('vocabulary.unknown-untrained')
  })

  it('is reported for next-word prediction, unless rare words share it', () => {
    const text = `${'the cat sat on the mat and the dog sat on the rug by the door . '.repeat(40)}${'new words end this text here . '.repeat(8)}`
    const words = (most: number) =>
      createTask({ kind: 'words', params: { length: 4, words: most } }, text).spec.notices.map(({ code }) => code)
    expect(words(500)).toEqual(['vocabulary.unknown-untrained'])
    expect(words(10)).toEqual([])
  })
})
