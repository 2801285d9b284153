/** A text with the log-probability that the model gave to each of its tokens, or to the truth at each position. */
import type { Seen } from '@core/contract/look'
import { logSoftmax } from '@core/metrics/distribution'
import type { TaskSpec } from '@core/tasks/types'
import { tokenText } from '@core/tokenisers/token-text'
import { rowOf, type Matrix } from '../../charts/matrix'

export interface ScoredToken {
  /** The token; for the prediction after the last token of a text, the truth, or empty if that is unknown. */
  readonly text: string
  /** Whether it is not in the vocabulary. */
  readonly unknown: boolean
  /** Row of the prediction; null for the first token of a text, which nothing predicts. */
  readonly position: number | null
  /** Id of the class that is true there; null if unknown. */
  readonly truth: number | null
  /** Of the truth, in nats; null if there is none, or if the task does not score this position. */
  readonly logProbability: number | null
  /** Id of the most probable class. */
  readonly predicted: number | null
}

/** Whether each token is the truth of the position before it: in texts, and in sequences that a decoder generates. */
export const isShifted = ({ signature }: TaskSpec): boolean => signature.aim === 'tokens' && signature.causal

/** `logits` are (position, class), as many rows as predictions. For texts that were typed, the truth is the text itself. */
export function scoreTokens(spec: TaskSpec, seen: Seen, logits: Matrix): ScoredToken[] {
  const { vocabulary } = spec.tokeniser
  const isScored = (position: number): boolean => !seen.scored || seen.scored[position] === 1
  const scored = (text: string, unknown: boolean, position: number, truth: number | undefined): ScoredToken => {
    const known = truth !== undefined && isScored(position)
    return {
      ...{ text, unknown, position, truth: truth ?? null },
      logProbability: known ? (logSoftmax(rowOf(logits, position))[truth] ?? null) : null,
      predicted: seen.predictions[position] ?? null,
    }
  }
  const textOf = (place: number): string => tokenText(vocabulary[seen.tokens[place]!])
  const isUnknown = (place: number): boolean => seen.unknown.includes(place)
  if (isShifted(spec)) {
    const first = { text: textOf(0), unknown: isUnknown(0), position: null, truth: null, logProbability: null, predicted: null }
    const last = seen.tokens.length - 1
    const next = seen.targets?.[last]
    const others = Array.from({ length: last }, (_, position) =>
      scored(textOf(position + 1), isUnknown(position + 1), position, seen.tokens[position + 1]),
    )
    return [first, ...others, scored(next === undefined ? '' : tokenText(spec.classes[next]), false, last, next)]
  }
  if (spec.signature.aim === 'tokens') {
    return Array.from(seen.tokens, (_, place) => scored(textOf(place), isUnknown(place), place, seen.targets?.[place]))
  }
  const truth = seen.targets?.[0]
  return [scored(truth === undefined ? '' : tokenText(spec.classes[truth]), false, 0, truth)]
}

export interface TextScore {
  /** Number of scored tokens. */
  readonly count: number
  /** Mean of −log p, in nats per token. */
  readonly loss: number
  /** exp(loss). */
  readonly perplexity: number
}

/** Null if nothing is scored. */
export function textScore(tokens: readonly ScoredToken[]): TextScore | null {
  const known = tokens.flatMap(({ logProbability }) => logProbability ?? [])
  if (known.length === 0) return null
  const loss = -known.reduce((sum, value) => sum + value, 0) / known.length
  return { count: known.length, loss, perplexity: Math.exp(loss) }
}
