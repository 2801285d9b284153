/** Generates from a prompt, token by token. */
import type { Signal } from '@core/contract/cancel'
import type { Generation, GenerationProgress, GenerationRequest } from '@core/contract/generation'
import { decode } from '@core/tokenisers'
import type { Model } from '../model'
import type { Surroundings } from '../surroundings'
import { bannedTokens, restrict, without } from './decoding'
import { beginningOf } from './prompt'
import { chooseToken, createPromptDecoder, requireNextToken } from './prompt-decoder'

export interface WatchedGeneration {
  /** Receives the text so far, at most twenty times a second. */
  readonly onProgress?: (progress: GenerationProgress) => void
  /** When aborted, the result is the text so far. */
  readonly signal?: Signal
}

/** Clock and turns. */
export type GenerationSurroundings = Pick<Surroundings, 'now' | 'nextTurn'>

/** Milliseconds between progress reports. */
const pause = 50

/** Throws LabError for an unsuitable prompt or model. */
export async function generateFromPrompt(
  model: Model,
  request: GenerationRequest,
  { now, nextTurn }: GenerationSurroundings,
  { onProgress, signal }: WatchedGeneration,
): Promise<Omit<Generation, 'engine' | 'step'>> {
  const { length, temperature, seed, samples } = request
  const { tokeniser } = model.spec
  requireNextToken(model.signature)
  const banned = bannedTokens(model.spec, request)
  const beginning = beginningOf(request.prompt, tokeniser, banned)
  const first = new Set([...banned, ...beginning.banned])
  const rows = Array.from({ length: samples }, () => [...beginning.ids])
  const addedTo = (ids: readonly number[]): number[] => ids.slice(beginning.ids.length)
  const progress = (): GenerationProgress => ({
    prompt: beginning.prompt,
    written: rows.map((ids) => ({ text: decode(tokeniser, addedTo(ids)), logProbability: null })),
  })
  const decoder = createPromptDecoder(model, { samples, now, mutes: request.mutes })
  try {
    let logits = await decoder.logits(rows) // reads the prompt before the clock starts, so that the time is that of generating
    const began = now()
    let told = began
    for (let index = 0; index < length && !signal?.aborted; index++) {
      rows.forEach((ids, sample) => {
        const all = without(index === 0 ? first : banned, logits[sample]!)
        const drawable = temperature === 0 ? all : restrict(all, temperature, request)
        ids.push(chooseToken(drawable, temperature, seed, index, sample))
      })
      if (now() - told > pause) {
        onProgress?.(progress())
        await nextTurn() // an engine that computes in this thread would otherwise block signals
        told = now()
      }
      if (index + 1 < length) logits = await decoder.logits(rows)
    }
    return {
      ...progress(),
      tokens: samples * addedTo(rows[0]!).length,
      milliseconds: now() - began,
      cached: decoder.cached,
    }
  } finally {
    decoder.dispose()
  }
}
