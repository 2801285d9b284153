/** Perplexity and bits per character equal arithmetic by hand. */
import { describe, expect, it } from 'vitest'
import type { Batch } from '../tasks/types'
import { bitsPerCharacter } from './bits-per-character'
import { majorityBaseline } from './baseline'
import { perplexity } from './perplexity'
import { Sums, type MeasuredTask } from './sums'
import { Surprisal } from './surprisal'
import { measured } from './table'

const classes = ['a', ' the', '😀', '\n'] // 1, 4, 1 and 1 characters
const task: MeasuredTask = {
  signature: {
    ...{ aim: 'tokens', length: 4, classes: 4, vocabulary: 4, padded: false, causal: true },
    ...{ written: null, source: null, features: 0, scored: false },
  },
  tokeniser: { kind: 'words', vocabulary: classes, signs: 0, unknown: 0, spaces: 'kept' },
  classes,
}
const batch = (targets: readonly number[], scored?: readonly number[]): Batch => ({
  tokens: new Int32Array(targets.length),
  targets: Int32Array.from(targets),
  ...(scored && { scored: Float32Array.from(scored) }),
})
const added = (...batches: readonly (readonly [Batch, number])[]): Surprisal => {
  const surprisal = new Surprisal(task.signature, classes)
  for (const [each, nats] of batches) surprisal.add(each, nats)
  return surprisal
}

describe('perplexity and bits per character', () => {
  it('follow from the loss of all tokens and their characters', () => {
    // p = 1/2, 1/4, 1/8 and 1/2: 1 + 2 + 3 + 1 = 7 bits for 4 tokens of 1 + 4 + 1 + 1 = 7 characters.
    const surprisal = added([batch([0, 1, 2, 3]), 7 * Math.LN2])
    expect(perplexity(surprisal)).toBeCloseTo(2 ** (7 / 4), 12)
    expect(bitsPerCharacter(surprisal)).toBeCloseTo(1, 12)
  })
  it('are means over all batches, not of the means of each', () => {
    const surprisal = added([batch([0, 0, 0, 0]), 4 * Math.LN2], [batch([1, 1, 1, 1]), 12 * Math.LN2])
    expect(perplexity(surprisal)).toBeCloseTo(4, 12)
    expect(bitsPerCharacter(surprisal)).toBeCloseTo(16 / 20, 12)
  })
  it('count scored tokens only', () => {
    const surprisal = added([batch([0, 1, 2, 3], [0, 1, 0, 0]), 8 * Math.LN2])
    expect(perplexity(surprisal)).toBeCloseTo(256, 9)
    expect(bitsPerCharacter(surprisal)).toBeCloseTo(2, 12)
  })
  it('are the number of classes and its bits for a uniform prediction', () => {
    const surprisal = added([batch([0, 2, 3, 0]), 4 * Math.log(4)])
    expect(perplexity(surprisal)).toBeCloseTo(4, 12)
    expect(bitsPerCharacter(surprisal)).toBeCloseTo(2, 12)
  })
  it.each([NaN, Infinity, 4000])('are left out of the metrics if they are not finite: loss %d', (nats) => {
    const sums = new Sums(task)
    sums.add(batch([0, 1, 2, 3]), [0, 1, 2, 3], nats)
    expect(measured(sums)).toEqual(
      nats === 4000 ? { accuracy: 1, bitsPerCharacter: expect.closeTo(4000 / Math.LN2 / 7, 4) as number } : { accuracy: 1 },
    )
    expect(perplexity(added([batch([0, 1, 2, 3]), NaN]))).toBeNaN()
  })
  it('are left out without tokens', () => expect(measured(new Sums(task))).toEqual({ accuracy: 0 }))
  it('have a baseline that knows how frequent the tokens are', () => {
    // Frequencies 1/2, 1/4, 1/4: 1.5 bits per token; 8 tokens of 4 · 1 + 2 · 4 + 2 · 1 = 14 characters.
    const batches = [batch([0, 0, 1, 2]), batch([0, 1, 2, 0])]
    expect(majorityBaseline(task, 0, () => batches)).toEqual({
      accuracy: 1 / 2,
      perplexity: expect.closeTo(2 ** 1.5, 6) as number,
      bitsPerCharacter: expect.closeTo(12 / 14, 6) as number,
    })
  })
})
