/** Generating from a prompt: progress reports and termination. */
import { generationRequest, type GenerationProgress, type GenerationRequest } from '@core/contract/generation'
import { firstModel } from '@core/graph/testing'
import { standardLab, standardText } from '@core/models/standard-models'
import { beforeAll, describe, expect, it } from 'vitest'
import { createTraining, type Subject } from '../training'
import { nodeSurroundings } from '../../main/engine/surroundings'
import { generateFromPrompt, type WatchedGeneration } from './from-prompt'
import { createInstalledTfjs } from '../../main/engine/tfjs'

const tagger = { ...firstModel(), task: { kind: 'reverse', params: { length: 4 } } }
const size = { width: 16, layers: 1, heads: 2, length: 16, batch: 4, vocabulary: 20 }
let begun: Subject
beforeAll(async () => {
  begun = createTraining(await createInstalledTfjs(), standardLab('writing', size), standardText(size))
})
const known = () => begun.task.spec.tokeniser.vocabulary[5]!
const write = (change: Partial<GenerationRequest> = {}, watched: WatchedGeneration = {}) =>
  generateFromPrompt(
    begun.model,
    { ...generationRequest.parse({ prompt: known(), length: 30 }), ...change },
    nodeSurroundings,
    watched,
  )

describe('continuing a prompt', () => {
  it('adds the requested number of tokens, and counts those of all texts', async () => {
    const { prompt, written, tokens } = await write({ samples: 3 })
    expect(prompt).toBe(known())
    expect(written.map(({ text }) => Array.from(text).length)).toEqual([30, 30, 30])
    expect(new Set(written.map(({ text }) => text)).size).toBe(3)
    expect(tokens).toBe(90)
    expect((await write({ length: 3 })).cached).toBe(true) // so long as the other way has not been found faster
  })

  it('has an empty prompt if none was given', async () => {
    expect((await write({ prompt: '' })).prompt).toBe('')
  })

  it('respects the limits: top-k of 1 gives the most probable token at any temperature', async () => {
    const [likeliest] = (await write({ temperature: 0 })).written
    expect((await write({ temperature: 5, topK: 1 })).written).toEqual([likeliest])
    expect((await write({ temperature: 5, topP: 0 })).written).toEqual([likeliest])
    expect((await write({ temperature: 5, topK: 2 })).written).not.toEqual([likeliest])
  })

  it('reports the text so far, and ends with it when cancelled', async () => {
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

  it('ends when an external signal, such as Ctrl+C, cancels it, although the engine computes in the same thread', async () => {
    const off = new AbortController()
    setImmediate(() => off.abort())
    expect((await write({ length: 1_000_000 }, { signal: off.signal })).tokens).toBeLessThan(1_000_000)
  })

  it('rejects a character that the model does not know', async () => {
    await expect(write({ prompt: 'ß' })).rejects.toMatchObject({ code: 'generate.unknown-character' })
  })

  it('reports that a model without next-token prediction cannot continue a text, whatever the text', async () => {
    const { model } = createTraining(await createInstalledTfjs(), tagger, null)
    await expect(
      generateFromPrompt(model, generationRequest.parse({ prompt: 'ß ' }), nodeSurroundings, {}),
    ).rejects.toMatchObject({
      code: 'generate.not-next-token',
    })
    model.dispose()
  })
})
