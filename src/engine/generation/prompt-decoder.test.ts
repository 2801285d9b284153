import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engines } from '@core/contract/engine'
import { standardLab, standardText } from '@core/models/standard-models'
import { createTask } from '@core/tasks'
import { createExecutor } from '../../main/engine/choose'
import { openModel, type Model } from '../model'
import { chooseToken, createPromptDecoder, windowStart } from './prompt-decoder'
import { createTraining } from '../training'
import { trainStep } from '../training-step'
import { createInstalledTfjs } from '../../main/engine/tfjs'

const model = { width: 32, layers: 2, heads: 4, length: 16, batch: 8, vocabulary: 20 }
const lab = standardLab('generation', model)
const text = standardText(model)
const { spec } = createTask(lab.task, text)

describe.each(engines)('with %s', (engine) => {
  let trained: Model
  beforeAll(async () => {
    const training = createTraining(await createExecutor(engine, () => undefined), lab, text)
    training.learningRate = 3e-3
    for (let step = 1; step <= 30; step++) await trainStep(training)
    trained = training.model
  })
  afterAll(() => trained.dispose())

  async function greedy(remember: boolean, count: number, model = trained, now?: () => number) {
    const decoder = createPromptDecoder(model, { remember, ...(now && { now }) })
    const ids = [3, 1, 4]
    const all: Float32Array[] = []
    for (let index = 0; index < count; index++) {
      const [logits] = (await decoder.logits([ids])) as [Float32Array]
      all.push(logits)
      ids.push(chooseToken(logits, 0, 1, index))
    }
    decoder.dispose()
    return { cached: decoder.cached, ids, all }
  }

  it('gives the same with cached keys and values as when recomputing every window, over several windows', async () => {
    const [remembering, anew] = [await greedy(true, 50), await greedy(false, 50)]
    expect([remembering.cached, anew.cached]).toEqual([true, false])
    expect(remembering.ids).toEqual(anew.ids)
    remembering.all.forEach((logits, index) =>
      logits.forEach((logit, id) => expect(logit).toBeCloseTo(anew.all[index]![id]!, 4)),
    )
  })

  /** A clock by which every token takes one of these times with the cache, and the other without, but for what only one try shows. */
  const clock = (withCache: number, without: number) => {
    let [asked, time] = [0, 0]
    return () => {
      const tried = Math.floor(asked / 3)
      const delay = tried === 3 ? 50 : 0 // other work on the machine
      time += [0, withCache + delay, without][asked++ % 3]!
      return time
    }
  }

  it.each([
    ['with the cache', 1, 2, true],
    ['by recomputing windows', 2, 1.9, false],
    ['by recomputing windows, as the cache must be filled anew every half window', 1.8, 2, false],
  ] as const)(
    'of a small model goes on %s where that is faster, with the same tokens',
    async (_, withCache, without, cached) => {
      const expected = await greedy(true, 50)
      const found = await greedy(true, 50, trained, clock(withCache, without))
      expect(found.cached).toBe(cached)
      expect(found.ids).toEqual(expected.ids)
    },
  )

  it('recomputes windows if attention is not causal', async () => {
    const nodes = lab.graph.nodes.map((node) => ({
      ...node,
      params: { ...node.params, ...('mask' in node.params && { mask: 'none' }) },
    }))
    const looking = openModel(trained.executor, { lab: { ...lab, graph: { ...lab.graph, nodes } }, spec })
    expect((await greedy(true, 3, looking)).cached).toBe(false)
    looking.dispose()
  })

  it('can switch to any text: the cache of another does not affect it', async () => {
    const decoder = createPromptDecoder(trained)
    const first = await decoder.logits([[3, 1, 4, 1, 5]])
    await decoder.logits([[3, 1, 4, 1, 5, 9, 2, 6]])
    expect(await decoder.logits([[3, 1, 4, 1, 5]])).toEqual(first)
    decoder.dispose()
  })

  it.each([true, false])('generates several texts at once as it does each alone (remembering: %s)', async (remember) => {
    const texts = [
      [3, 1, 4],
      [1, 5, 9],
      [2, 6, 5],
    ]
    const write = async (samples: readonly number[]) => {
      const decoder = createPromptDecoder(trained, { samples: samples.length, remember })
      const rows = samples.map((sample) => [...texts[sample]!])
      for (let index = 0; index < 30; index++) {
        const logits = await decoder.logits(rows)
        rows.forEach((ids, row) => ids.push(chooseToken(logits[row]!, 0.8, 7, index, samples[row])))
      }
      decoder.dispose()
      return rows
    }
    const together = await write([0, 1, 2])
    expect(new Set(together.map((ids) => ids.join())).size).toBe(3)
    expect(together).toEqual([...(await write([0])), ...(await write([1])), ...(await write([2]))])
  })
})

it('rejects a lab that does not predict next tokens', async () => {
  const model = openModel(await createInstalledTfjs(), {
    lab,
    spec: { ...spec, signature: { ...spec.signature, causal: false } },
  })
  expect(() => createPromptDecoder(model)).toThrow(expect.objectContaining({ code: 'generate.not-next-token' }))
})

it('a full window continues from its second half', () => {
  expect([1, 16, 17, 24, 25, 40].map((tokens) => windowStart(tokens, 16))).toEqual([0, 0, 8, 8, 16, 24])
})

describe('the choice of a token', () => {
  const logits = Float32Array.of(0, Math.log(3), -Infinity)

  it('is the most probable at temperature 0', () => {
    expect(chooseToken(logits, 0, 1, 0)).toBe(1)
  })

  it('follows the probabilities, and is the same for the same seed', () => {
    const chosen = Array.from({ length: 4000 }, (_, index) => chooseToken(logits, 1, 7, index))
    expect(chosen.filter((id) => id === 1).length / 4000).toBeCloseTo(0.75, 1)
    expect(chosen).not.toContain(2)
    expect(chosen.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, index) => chooseToken(logits, 1, 7, index)))
  })

  it('differs from sample to sample', () => {
    const of = (sample: number) => Array.from({ length: 20 }, (_, index) => chooseToken(logits, 1, 7, index, sample))
    expect(of(1)).not.toEqual(of(0))
  })

  it('is more diverse at a higher temperature', () => {
    const share = (temperature: number) =>
      Array.from({ length: 2000 }, (_, index) => chooseToken(logits, temperature, 7, index)).filter((id) => id === 0).length /
      2000
    expect(share(0.3)).toBeLessThan(0.06) // 1 / (1 + 3^(1/0.3)) = 0.025
    expect(share(3)).toBeGreaterThan(0.36) // 1 / (1 + 3^(1/3)) = 0.41
  })
})
