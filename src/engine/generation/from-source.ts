/** Generates from a source: the most probable sequences by beam search, or sampled ones. */
import type { Generation, GenerationRequest } from '@core/contract/generation'
import { LabError } from '@core/errors'
import type { Signature } from '@core/signature'
import { decode, encode } from '@core/tokenisers'
import type { Model } from '../model'
import { bannedTokens, beamSearch, restrict, without, type Next } from './decoding'
import { createSourceDecoder } from './source-decoder'
import type { GenerationSurroundings, WatchedGeneration } from './from-prompt'
import { chooseToken } from './prompt-decoder'

/** Milliseconds of computing after which signals are handled. */
const pause = 50

/**
 * At temperature 0 returns as many texts as the beam is wide, the best first; otherwise the requested number of samples. When
 * `signal` is aborted, returns the text so far. Throws LabError.
 */
export async function generateFromSource(
  model: Model,
  request: GenerationRequest,
  { now, nextTurn }: GenerationSurroundings,
  { signal }: Pick<WatchedGeneration, 'signal'> = {},
): Promise<Omit<Generation, 'engine' | 'step'>> {
  const { signature, tokeniser, source } = model.spec
  if (!source) throw new LabError('generate.no-source')
  if ((request.source ?? '').trim() === '') throw new LabError('generate.needs-source')
  const { ids } = encode(source, request.source!)
  const searches = request.temperature === 0
  const decoder = createSourceDecoder(model, ids, searches ? request.beam : request.samples, request.mutes)
  const began = now()
  let [tokens, turned] = [0, began]
  const next: Next = async (beginnings) => {
    tokens += beginnings.length
    const logits = await decoder(beginnings)
    if (now() - turned <= pause) return logits
    await nextTurn() // an engine that computes in this thread would otherwise block signals
    turned = now()
    return logits
  }
  const stopped = (): boolean => signal?.aborted === true
  const found = await (searches ? search : draw)(next, signature, request, bannedTokens(model.spec, request), stopped)
  const written = found.map(({ ids, logProbability }) => ({ text: decode(tokeniser, ids), logProbability }))
  return { prompt: '', written, tokens, milliseconds: now() - began, cached: false }
}

/** Token ids without begin and end, and their log-probability if known. */
interface Found {
  readonly ids: readonly number[]
  readonly logProbability: number | null
}

function search(
  next: Next,
  { length, written }: Signature,
  { beam, lengthPenalty }: GenerationRequest,
  banned: ReadonlySet<number>,
  stopped: () => boolean,
): Promise<readonly Found[]> {
  return beamSearch(next, { width: beam, lengthPenalty, length, banned, stopped, ...written! })
}

async function draw(
  next: Next,
  { length, written }: Signature,
  request: GenerationRequest,
  banned: ReadonlySet<number>,
  stopped: () => boolean,
): Promise<readonly Found[]> {
  const { temperature, seed, samples } = request
  const { begin, end } = written!
  const rows = Array.from({ length: samples }, () => [begin])
  for (let index = 0; index < length && !rows.every((row) => row.includes(end)) && !stopped(); index++) {
    const logits = await next(rows)
    rows.forEach((row, sample) => {
      const drawable = restrict(without(banned, logits[sample]!), temperature, request)
      row.push(chooseToken(drawable, temperature, seed, index, sample))
    })
  }
  return rows.map((row) => {
    const ended = row.indexOf(end)
    return { ids: row.slice(1, ended < 0 ? undefined : ended), logProbability: null }
  })
}
