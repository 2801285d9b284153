/** Generating from a prompt: what is reported, and when it ends. */
import { generationRequest, type GenerationProgress, type GenerationRequest } from '@core/contract/generation'
import { firstModel } from '@core/graph/testing'
import { standardLab, standardText } from '@core/models/standard-models'
import { beforeAll, describe, expect, it } from 'vitest'
import { createTraining, type Subject } from '@engine/training'
import { generateFromPrompt, type WatchedGeneration } from './from-prompt'
import { createInstalledTfjs } from '../engine/tfjs'

const tagger = { ...firstModel(), task: { kind: 'reverse', params: { length: 4 } } }
const size = { width: 16, layers: 1, heads: 2, length: 16, batch: 4, vocabulary: 20 }
let begun: Subject
beforeAll(async () => {
  begun = createTraining(await createInstalledTfjs(), standardLab('writing', size), standardText(size))
})
const known = () => begun.task.spec.tokeniser.vocabulary[5]!
const write = (change: Partial<GenerationRequest> = {}, watched: WatchedGeneration = {}) =>
  generateFromPrompt(begun.model, { ...generationRequest.parse({ prompt: known(), length: 30 }), ...change }, watched)

describe('writing on', () => {
  it('adds as many tokens as were asked for, and counts those of all texts', async () => {
    const { prompt, written, tokens, cached } = await write({ samples: 3 })
    expect(prompt).toBe(known())
    expect(written.map(({ text }) => Array.from(text).length)).toEqual([30, 30, 30])
    expect(new Set(written.map(({ text }) => text)).size).toBe(3)
    expect([tokens, cached]).toEqual([90, true])
  })

  it('shows no prompt where none was given', async () => {
    expect((await write({ prompt: '' })).prompt).toBe('')
  })

  it('draws what it may: one token may be the likeliest only, whatever the temperature', async () => {
    const [likeliest] = (await write({ temperature: 0 })).written
    expect((await write({ temperature: 5, topK: 1 })).written).toEqual([likeliest])
    expect((await write({ temperature: 5, topP: 0 })).written).toEqual([likeliest])
    expect((await write({ temperature: 5, topK: 2 })).written).not.toEqual([likeliest])
  })

  it('tells what there is while it goes on, and ends with that when it is called off', async () => {
    const told: GenerationProgress[] = []
    const off = new AbortController()
    const { written, tokens } = await write(
      { length: 1_000_000 },
      {
        signal: off.signal,
        onProgress: (progress) => {
          told.push(progress)
          if (told.length === 3) off.abort()
        },
      },
    )
    const texts = told.map(({ written: [first] }) => first!.text)
    expect(texts).toHaveLength(3)
    for (const [index, text] of texts.entries()) expect(text.startsWith(texts[index - 1] ?? '')).toBe(true)
    expect(written[0]!.text).toBe(texts[2])
    expect(tokens).toBe(Array.from(texts[2]!).length)
    expect(told[0]!.prompt).toBe(known())
  })

  it('ends when a signal from outside, such as Ctrl+C, calls it off, though the engine computes in the same thread', async () => {
    const off = new AbortController()
    setImmediate(() => off.abort())
    expect((await write({ length: 1_000_000 }, { signal: off.signal })).tokens).toBeLessThan(1_000_000)
  })

  it('refuses a character that the model has never seen', async () => {
    await expect(write({ prompt: 'ß' })).rejects.toMatchObject({ code: 'generate.unknown-character' })
  })

  it('says that a model which predicts no next token cannot continue a text, whatever the text', async () => {
    const { model } = createTraining(await createInstalledTfjs(), tagger, null)
    await expect(generateFromPrompt(model, generationRequest.parse({ prompt: 'ß ' }), {})).rejects.toMatchObject({
      code: 'generate.not-next-token',
    })
    model.dispose()
  })
})
