/** Decoding from a model's logits: limits on sampling, and beam search for the most probable sequence. */
import type { GenerationRequest } from '@core/contract/generation'
import type { TaskSpec } from '@core/tasks/types'

/**
 * Ids that are never generated, although a model gives them some probability: padding and other special tokens of the tokeniser
 * except the end of a sequence; and the unknown token, if it is not wanted.
 */
export function bannedTokens(
  { tokeniser, signature }: Pick<TaskSpec, 'tokeniser' | 'signature'>,
  { allowUnknown }: Pick<GenerationRequest, 'allowUnknown'>,
): ReadonlySet<number> {
  const signs = 'signs' in tokeniser ? tokeniser.signs : 0
  const banned = new Set(Array.from({ length: signs }, (_, id) => id).filter((id) => id !== signature.written?.end))
  if (!allowUnknown && 'unknown' in tokeniser && tokeniser.unknown !== null) banned.add(tokeniser.unknown)
  return banned
}

/** The logits with −∞ for the banned ids. */
export const without = (banned: ReadonlySet<number>, logits: Float32Array): Float32Array =>
  banned.size === 0 ? logits : logits.map((logit, id) => (banned.has(id) ? -Infinity : logit))

export type Limits = Pick<GenerationRequest, 'topK' | 'topP'>

/** The logits with −∞ for tokens outside top-k and top-p at this temperature (> 0). Keeps at least the most probable token. */
export function restrict(logits: Float32Array, temperature: number, { topK, topP }: Limits): Float32Array {
  if (topK === 0 && topP >= 1) return logits
  const ids = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b).slice(0, topK || logits.length)
  const largest = logits[ids[0]!]!
  const weights = ids.map((id) => Math.exp((logits[id]! - largest) / temperature))
  const enough = topP * weights.reduce((sum, weight) => sum + weight, 0)
  const kept = new Float32Array(logits.length).fill(-Infinity)
  let sum = 0
  for (const [rank, id] of ids.entries()) {
    if (rank > 0 && sum >= enough) break
    kept[id] = logits[id]!
    sum += weights[rank]!
  }
  return kept
}

/** For each of several prefixes of equal length, the logits of the next token. */
export type Next = (beginnings: readonly (readonly number[])[]) => Promise<readonly Float32Array[]>

export interface BeamOptions extends Pick<GenerationRequest, 'lengthPenalty'> {
  /** Beam width; with 1, the search is greedy. */
  readonly width: number
  /** Maximum number of tokens, including the end. */
  readonly length: number
  readonly begin: number
  readonly end: number
  /** Ids that are never generated. */
  readonly banned?: ReadonlySet<number>
  /** When it returns true, the search ends with the unfinished sequences as they are. */
  readonly stopped?: () => boolean
}

export interface Hypothesis {
  /** The sequence without begin and end. */
  readonly ids: readonly number[]
  /** Natural logarithm of its probability, including the end. */
  readonly logProbability: number
  readonly score: number
}

/**
 * Beam search: keeps the most probable continuations of all current sequences. A sequence that ends takes its place in the beam
 * with it (Sutskever et al. 2014), so there are as many hypotheses as the beam is wide. Best score first.
 */
export async function beamSearch(
  next: Next,
  { width, lengthPenalty, length, begin, end, banned = new Set(), stopped = () => false }: BeamOptions,
): Promise<Hypothesis[]> {
  const done: Hypothesis[] = []
  let open: readonly Beam[] = [{ ids: [begin], logProbability: 0 }]
  for (let written = 1; written <= length && open.length > 0; written++) {
    const logits = await next(open.map(({ ids }) => ids))
    const isOver = stopped()
    const best = open
      .flatMap((beam, row) => continuations(beam, logits[row]!, banned))
      .sort((a, b) => b.logProbability - a.logProbability)
      .slice(0, width - done.length)
    const score = (logProbability: number): number => logProbability / ((5 + written) / 6) ** lengthPenalty
    for (const { ids, logProbability } of best) {
      const hasEnded = ids.at(-1) === end
      if (!hasEnded && written < length && !isOver) continue
      done.push({ ids: ids.slice(1, hasEnded ? -1 : undefined), logProbability, score: score(logProbability) })
    }
    open = isOver ? [] : best.filter(({ ids }) => ids.at(-1) !== end)
  }
  return done.sort((a, b) => b.score - a.score)
}

interface Beam {
  readonly ids: readonly number[]
  readonly logProbability: number
}

/** With the model's own probabilities, whatever is banned. */
function continuations({ ids, logProbability }: Beam, logits: Float32Array, banned: ReadonlySet<number>): Beam[] {
  const largest = logits.reduce((max, logit) => Math.max(max, logit), -Infinity)
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0)) + largest
  return [...logits.entries()]
    .filter(([id]) => !banned.has(id))
    .map(([id, logit]) => ({ ids: [...ids, id], logProbability: logProbability + logit - total }))
}
