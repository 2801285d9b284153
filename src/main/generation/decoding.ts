/** How what is written is chosen from a model's logits: what may be drawn at all, and the search for the likeliest sequence. */
import type { GenerationRequest } from '@core/contract/generation'
import type { TaskSpec } from '@core/tasks/types'

/**
 * Ids that are never generated: padding and the other signs of the tokeniser but for the one that ends a sequence, though a model gives
 * them some probability; and, where it is not wanted, the token for what is unknown.
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

/** The logits with −∞ for some ids. */
export const without = (banned: ReadonlySet<number>, logits: Float32Array): Float32Array =>
  banned.size === 0 ? logits : logits.map((logit, id) => (banned.has(id) ? -Infinity : logit))

export type Limits = Pick<GenerationRequest, 'topK' | 'topP'>

/** The logits with −∞ where a token may not be drawn at this temperature, above 0. At least the likeliest may. */
export function restrict(logits: Float32Array, temperature: number, { topK, topP }: Limits): Float32Array {
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

/** For each of some beginnings, all as long, the logits of what follows. */
export type Next = (beginnings: readonly (readonly number[])[]) => Promise<readonly Float32Array[]>

export interface BeamOptions extends Pick<GenerationRequest, 'lengthPenalty'> {
  /** How many sequences are followed at a time; with 1, the likeliest token is taken each time. */
  readonly width: number
  /** Most tokens to write, the end included. */
  readonly length: number
  readonly begin: number
  readonly end: number
  /** Ids that are not written. */
  readonly banned?: ReadonlySet<number>
  /** Once it says so, what is followed counts as it stands, without an end. */
  readonly stopped?: () => boolean
}

export interface Hypothesis {
  /** What is written, without its begin and end. */
  readonly ids: readonly number[]
  /** Natural logarithm of its probability, the end's included. */
  readonly logProbability: number
  readonly score: number
}

/**
 * Beam search: of all continuations of the sequences that are followed, the likeliest go on. One that ends takes its place in the beam
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

/** With the probabilities that the model gives them, whatever is banned. */
function continuations({ ids, logProbability }: Beam, logits: Float32Array, banned: ReadonlySet<number>): Beam[] {
  const largest = logits.reduce((max, logit) => Math.max(max, logit), -Infinity)
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0)) + largest
  return [...logits.entries()]
    .filter(([id]) => !banned.has(id))
    .map(([id, logit]) => ({ ids: [...ids, id], logProbability: logProbability + logit - total }))
}
