/** Generating from a source: tokens, sequences and text. */
import { generationRequest, type Generation, type GenerationRequest } from '@core/contract/generation'
import { beforeAll, describe, expect, it } from 'vitest'
import { openModel } from '../model'
import { dateLab } from '../testing/decoders'
import type { Executor } from '../executor'
import { createTraining, type Subject } from '../training'
import { nodeSurroundings } from '../../main/engine/surroundings'
import { generateFromSource } from './from-source'
import { createInstalledTfjs } from '../../main/engine/tfjs'

let executor: Executor
let begun: Subject
beforeAll(async () => {
  executor = await createInstalledTfjs()
  begun = createTraining(executor, dateLab(), null)
})

const source = 'the third of may nineteen ninety eight'
const usual = generationRequest.parse({ source, temperature: 0 })
const write = async (change: Partial<GenerationRequest> = {}) =>
  (await generateFromSource(begun.model, { ...usual, ...change }, nodeSurroundings)).written

describe('generating from a source', () => {
  it('gives as many different sequences as the beam is wide, the most probable first', async () => {
    const found = await write({ beam: 5 })
    expect(new Set(found.map(({ text }) => text)).size).toBe(5)
    const scores = found.map(({ logProbability }) => logProbability!)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    expect(found.every(({ text }) => /^[-\d]*$/.test(text))).toBe(true)
  })

  it('ignores the spacing of words, but not the words', async () => {
    const [first, spaced, other] = [
      await write(),
      await write({ source: ` the  third of\tmay nineteenninety eight` }),
      await write({ source: 'april third' }),
    ]
    expect(spaced).toEqual(first)
    expect(other[0]!.logProbability).not.toBe(first[0]!.logProbability)
  })

  it('gives the same samples for the same seed, and the most probable with top-k of 1', async () => {
    const drawn = await write({ temperature: 1, samples: 3 })
    expect(drawn).toHaveLength(3)
    expect(new Set(drawn.map(({ text }) => text)).size).toBe(3)
    expect(await write({ temperature: 1, samples: 3 })).toEqual(drawn)
    expect(await write({ temperature: 1, samples: 3, seed: 2 })).not.toEqual(drawn)
    const [greedy] = await write()
    expect(await write({ temperature: 1, topK: 1 })).toEqual([{ text: greedy!.text, logProbability: null }])
    expect(await write({ temperature: 1, topP: 0 })).toEqual([{ text: greedy!.text, logProbability: null }])
  })

  it.each([
    [null, 'generate.needs-source', {}],
    ['  ', 'generate.needs-source', {}],
    ['the zeroth of may', 'generate.unknown-source', { text: 'zeroth' }],
    ['the « may', 'generate.unknown-source', { text: '«' }],
    [`${source} `.repeat(3), 'generate.source-too-long', { given: 21 }],
  ])('rejects %j', async (given, code, params) => {
    await expect(write({ source: given })).rejects.toMatchObject({ code, params })
  })

  it.each([0, 1])('ends with the results so far when cancelled, at temperature %d', async (temperature) => {
    const request = { ...usual, temperature, beam: 3, samples: 3 }
    const all = await generateFromSource(begun.model, request, nodeSurroundings)
    const { written, tokens } = await generateFromSource(begun.model, request, nodeSurroundings, {
      signal: AbortSignal.abort(),
    })
    expect(written).toHaveLength(3)
    expect(tokens).toBeLessThan(all.tokens)
    for (const { text } of written) expect(Array.from(text).length).toBeLessThanOrEqual(1)
  })

  it('ends when an external signal, such as Ctrl+C, cancels it, although the engine computes in the same thread', async () => {
    const off = new AbortController()
    setImmediate(() => off.abort())
    const request = { ...usual, beam: 256 }
    const { tokens } = await generateFromSource(begun.model, request, nodeSurroundings, { signal: off.signal })
    expect(tokens).toBeLessThan((await generateFromSource(begun.model, request, nodeSurroundings)).tokens)
  })

  it('is rejected for a model without a source', async () => {
    const { lab, spec } = begun.model
    const alone = openModel(executor, { lab, spec: { ...spec, source: null } })
    await expect(generateFromSource(alone, usual, nodeSurroundings)).rejects.toMatchObject({ code: 'generate.no-source' })
  })
})

describe('generating from an own source', () => {
  const data = ['question\tanswer', ...Array.from({ length: 20 }, (_, index) => `say ${index} now\t${index} it is`)].join('\n')
  async function asked(
    params: object,
    text: string,
    change: Partial<GenerationRequest> = {},
  ): Promise<Omit<Generation, 'engine' | 'step'>> {
    const document = { ...dateLab(), task: { kind: 'own-pairs', params: { ...params } } }
    const { model } = createTraining(executor, document, data)
    const writing = await generateFromSource(
      model,
      { ...usual, source: text, temperature: 1, samples: 8, ...change },
      nodeSurroundings,
    )
    model.dispose()
    return writing
  }
  it('treats unknown words as the task does, and separates generated words by spaces', async () => {
    const { written } = await asked({}, 'say zebra now')
    const words = written.flatMap(({ text }) => text.split(' '))
    expect(words.length).toBeGreaterThan(8)
    for (const word of words) expect(word).toMatch(/^(\d+|it|is|□|)$/)
  })
  it('does not generate unknown tokens unless wanted, by sampling or search', async () => {
    for (const temperature of [0, 1]) {
      const wanted = { temperature, beam: 8, samples: 8 }
      const texts = async (allowUnknown: boolean) =>
        (await asked({}, 'say 1 now', { ...wanted, allowUnknown })).written.map(({ text }) => text).join(' ')
      expect(await texts(true)).toContain('□')
      expect(await texts(false)).not.toContain('□')
    }
  })
  it('respects the spaces between characters', async () => {
    const params = { units: 'characters', writtenUnits: 'characters' }
    expect((await asked(params, 'say 1')).written).not.toEqual((await asked(params, 'say1')).written)
  })
})
