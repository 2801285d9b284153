/** Choosing tokens and sequences, compared with arithmetic by hand and exhaustive search. */
import { engines } from '@core/contract/engine'
import { stream } from '@core/random/stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createExecutor } from '../../main/engine/choose'
import { beamSearch, restrict, type Next } from './decoding'
import { createTraining } from '../training'
import { createSourceDecoder } from './source-decoder'
import { freeRun } from '../teacher-forcing'
import { dateLab } from '../testing/decoders'
import { trainStep } from '../training-step'

describe('sampling limits', () => {
  /** Probabilities ½, ¼, ⅛, ⅛. */
  const logits = Float32Array.from([Math.log(1 / 4), Math.log(1 / 2), Math.log(1 / 8), Math.log(1 / 8)])
  const kept = (temperature: number, topK: number, topP: number) =>
    [...restrict(logits, temperature, { topK, topP })].flatMap((logit, id) => (logit > -Infinity ? [id] : []))

  test('without limits, leave the logits unchanged', () => {
    expect(restrict(logits, 1, { topK: 0, topP: 1 })).toEqual(logits)
  })
  test('top-k keeps the k most probable tokens, and the first of equals', () => {
    expect(kept(1, 1, 1)).toEqual([1])
    expect(kept(1, 3, 1)).toEqual([0, 1, 2])
  })
  test('top-p keeps the fewest tokens that reach the probability, at least one', () => {
    expect(kept(1, 0, 0.49)).toEqual([1])
    expect(kept(1, 0, 0.51)).toEqual([0, 1])
    expect(kept(1, 0, 0.76)).toEqual([0, 1, 2])
    expect(kept(1, 0, 0)).toEqual([1])
  })
  test('top-p applies at the sampling temperature', () => {
    // At ½ the probabilities are 16 : 4 : 1 : 1 of 22.
    expect(kept(0.5, 0, 0.7)).toEqual([1])
    expect(kept(0.5, 0, 0.9)).toEqual([0, 1])
    // Of the two most probable, the first has 2/3.
    expect(kept(1, 2, 0.66)).toEqual([1])
  })
})

/** A model over the tokens 0 … size − 1 with a different distribution for every prefix: begin 0, end 1. */
function tableOf(seed: number, size: number): Next {
  return (beginnings) =>
    Promise.resolve(beginnings.map((ids) => stream(seed, 'table', ids.join()).fillNormal(new Float32Array(size), 0, 2)))
}

/** All sequences with their probabilities, by enumeration. */
async function all(next: Next, size: number, length: number, end: number) {
  const found: { ids: number[]; logProbability: number }[] = []
  async function from(ids: number[], logProbability: number): Promise<void> {
    const [logits] = await next([[0, ...ids]])
    const sum = logits!.reduce((total, logit) => total + Math.exp(logit), 0)
    for (let id = 0; id < size; id++) {
      const after = logProbability + Math.log(Math.exp(logits![id]!) / sum)
      if (id === end) found.push({ ids, logProbability: after })
      else if (ids.length + 1 === length) found.push({ ids: [...ids, id], logProbability: after })
      else await from([...ids, id], after)
    }
  }
  await from([], 0)
  return found
}

describe('beam search', () => {
  const options = { begin: 0, end: 1, lengthPenalty: 0 }

  test('with a large width, finds every sequence with its probability, the most probable first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.constantFrom(0, 0.6, 1), async (seed, lengthPenalty) => {
        const next = tableOf(seed, 4)
        const everything = (await all(next, 4, 3, 1)).map((each) => {
          const written = Math.min(3, each.ids.length + 1)
          return { ...each, score: each.logProbability / ((5 + written) / 6) ** lengthPenalty }
        })
        const found = await beamSearch(next, { ...options, lengthPenalty, width: 1000, length: 3 })
        expect(found).toHaveLength(everything.length)
        everything.sort((a, b) => b.score - a.score)
        found.forEach(({ score, ids }, rank) => {
          expect(score).toBeCloseTo(everything[rank]!.score, 5)
          const same = everything.find((each) => each.ids.join() === ids.join())
          expect(score).toBeCloseTo(same!.score, 5)
        })
        expect(found.reduce((sum, { logProbability }) => sum + Math.exp(logProbability), 0)).toBeCloseTo(1, 5)
      }),
      { numRuns: 20 },
    )
  })

  test('with width 1, takes the most probable token each time', async () => {
    const next = tableOf(5, 6)
    const [found, ...others] = await beamSearch(next, { ...options, width: 1, length: 8 })
    const ids = [0]
    while (ids.length <= 8 && ids.at(-1) !== 1) {
      const [logits] = await next([ids])
      ids.push(logits!.indexOf(Math.max(...logits!)))
    }
    expect(others).toEqual([])
    expect(found!.ids).toEqual(ids.slice(1).filter((id) => id !== 1))
  })

  /** a (0.6) or b (0.4); after a, end has 0.55; after b, 0.9. The best first token does not lead to the best sequence. */
  const garden: Next = (beginnings) =>
    Promise.resolve(
      beginnings.map((ids) => {
        const of = (...shares: number[]) => Float32Array.from(shares, Math.log)
        if (ids.length === 1) return of(1e-9, 1e-9, 0.6, 0.4)
        return ids[1] === 2 ? of(1e-9, 0.55, 0.45, 1e-9) : of(1e-9, 0.9, 0.1, 1e-9)
      }),
    )

  test('finds what greedy decoding misses', async () => {
    const [greedy] = await beamSearch(garden, { ...options, width: 1, length: 2 })
    expect(greedy).toMatchObject({ ids: [2], logProbability: expect.closeTo(Math.log(0.6 * 0.55), 5) as number })
    const [best, second] = await beamSearch(garden, { ...options, width: 2, length: 2 })
    expect(best).toMatchObject({ ids: [3], logProbability: expect.closeTo(Math.log(0.4 * 0.9), 5) as number })
    expect(second).toMatchObject({ ids: [2] })
  })

  test('with a length penalty ranks by log-probability over ((5 + tokens) / 6)^α', async () => {
    const never = (share: number): Float32Array => Float32Array.from([1e-9, share, 1 - share, 1e-9], Math.log)
    // Ends at once with 0.3, or continues twice with 0.7 · 0.6 · 0.7.
    const next: Next = (rows) => Promise.resolve(rows.map((ids) => never([0.3, 0.4, 0.7][ids.length - 1]!)))
    const first = async (lengthPenalty: number) =>
      (await beamSearch(next, { ...options, lengthPenalty, width: 8, length: 3 }))[0]!
    expect((await first(0)).ids).toEqual([])
    const long = await first(2)
    expect(long.ids).toEqual([2, 2])
    expect(long.score).toBeCloseTo(Math.log(0.7 * 0.6 * 0.7) / (8 / 6) ** 2, 5)
  })
})

describe.each(engines)('a date on %s', (engine) => {
  test('is the same token by token as in free running, and a source that is too long is rejected', async () => {
    const executor = await createExecutor(engine, () => undefined)
    const training = createTraining(executor, dateLab(), null)
    for (let step = 1; step <= 20; step++) await trainStep(training)
    const { model, task } = training
    const { signature, validation } = task.spec
    const size = Math.min(8, validation)
    const batch = task.evaluationBatch(0, size)
    const { predictions } = await freeRun(model.program('evaluate', { batch: size }), batch, signature.length, new Map())
    const from = (row: number) => {
      const { length } = signature.source!
      return [...batch.source!.subarray(row * length, (row + 1) * length)].filter((id) => id !== 0)
    }
    for (let row = 0; row < 3; row++) {
      const next = createSourceDecoder(model, from(row), 2)
      const [written] = await beamSearch(next, { ...signature.written!, width: 1, lengthPenalty: 0, length: signature.length })
      // Only as far as the truth: in a batch, padding follows.
      const real = batch.mask!.subarray(row * signature.length, (row + 1) * signature.length).filter((x) => x === 1).length
      const free = [...predictions.subarray(row * signature.length, row * signature.length + real)]
      const ended = free.indexOf(signature.written!.end)
      expect(written!.ids.slice(0, ended < 0 ? real : ended)).toEqual(ended < 0 ? free : free.slice(0, ended))
    }
    const long = Array.from({ length: signature.source!.length + 1 }, () => 1)
    expect(() => createSourceDecoder(model, long, 1)).toThrow(expect.objectContaining({ code: 'generate.source-too-long' }))
    model.dispose()
  })
})
