/** Predictions as text for each aim of a task: question, prediction and truth. */
import type { Seen } from '@core/contract/look'
import type { TaskSpec } from '@core/tasks/types'
import { formatFixed } from '../charts/format'
import { tokenText, tokenTexts } from '@core/tokenisers/token-text'

/** One column: a token and, if scored, the prediction at its position. */
export interface ShownToken {
  /** Empty if there is none, e.g. for the prediction after the last token. */
  readonly token: string
  /** The number that belongs to the token; empty if there is none. */
  readonly note: string
  /** Whether the token is not in the vocabulary. */
  readonly unknown: boolean
  readonly answer: ShownAnswer | null
}

/**
 * For labels, `extra` means predicted but not true, `missing` true but not predicted. `number`: numeric, neither right nor wrong. `open`:
 * the truth is unknown.
 */
export interface ShownAnswer {
  readonly verdict: 'right' | 'wrong' | 'extra' | 'missing' | 'number' | 'open'
  readonly predicted: string
  /** Empty if unknown. */
  readonly truth: string
  /** Between 0 and 1; null for numbers. */
  readonly probability: number | null
}

export interface ShownSample {
  /** The source sequence in sequence-to-sequence tasks; else empty. */
  readonly source: readonly ShownToken[]
  readonly tokens: readonly ShownToken[]
  /** Answers for the whole sequence. */
  readonly answers: readonly ShownAnswer[]
  readonly right: number
  /** Number of answers with a verdict; 0 if the truth is unknown. */
  readonly count: number
}

/** Whether each token of the text is the prediction at the position before it. */
export const isRunningText = ({ signature: { causal, written, scored } }: TaskSpec): boolean => causal && !written && !scored

export function readSeen(spec: TaskSpec, seen: Seen): ShownSample {
  const tokens = columnsOf(spec, seen)
  const answers = answersOf(spec, seen)
  const judged = [...tokens.flatMap(({ answer }) => answer ?? []), ...answers].filter(({ verdict }) => verdict !== 'open')
  return {
    source:
      spec.source && seen.source
        ? tokenTexts(seen.source, spec.source.vocabulary).map((token, place) => ({
            ...{ token, note: '', answer: null },
            unknown: seen.unknownInSource.includes(place),
          }))
        : [],
    tokens,
    answers,
    right: judged.filter(({ verdict }) => verdict === 'right').length,
    count: judged.length,
  }
}

function decided({ classes }: TaskSpec, { targets, predictions, probabilities }: Seen, place: number): ShownAnswer {
  const [predicted, truth] = [predictions[place], targets?.[place]]
  return {
    verdict: truth === undefined ? 'open' : predicted === truth ? 'right' : 'wrong',
    predicted: tokenText(classes[predicted ?? -1]),
    truth: truth === undefined ? '' : tokenText(classes[truth]),
    probability: probabilities?.[place] ?? null,
  }
}

function columnsOf(spec: TaskSpec, seen: Seen): ShownToken[] {
  const { aim, written, features } = spec.signature
  const texts = tokenTexts(seen.tokens, spec.tokeniser.vocabulary)
  const column = (token: string, place: number, answer: ShownAnswer | null): ShownToken => ({
    token,
    note: features > 0 ? formatFixed(seen.features?.[place * features] ?? NaN, 2) : '',
    unknown: seen.unknown.includes(place),
    answer,
  })
  if (aim !== 'tokens') return texts.map((token, place) => column(token, place, null))
  if (isRunningText(spec)) {
    const after = column('', texts.length, decided(spec, seen, texts.length - 1))
    return [...texts.map((token, place) => column(token, place, place > 0 ? decided(spec, seen, place - 1) : null)), after]
  }
  return texts.map((token, place) => {
    const answer = !seen.scored || seen.scored[place] === 1 ? decided(spec, seen, place) : null
    return column(written ? '' : token, place, answer) // in sequence-to-sequence tasks the prediction is the token itself
  })
}

function answersOf(spec: TaskSpec, seen: Seen): ShownAnswer[] {
  const { classes } = spec
  const { targets, predictions, probabilities } = seen
  switch (spec.signature.aim) {
    case 'tokens':
      return []
    case 'sequence':
      return [decided(spec, seen, 0)]
    case 'labels':
      return classes.flatMap((label, index): ShownAnswer[] => {
        const found = predictions[index] === 1
        const real = targets && targets[index] === 1
        if (!found && !real) return []
        const verdict = real === null ? 'open' : found && real ? 'right' : found ? 'extra' : 'missing'
        return [{ verdict, predicted: label, truth: label, probability: probabilities?.[index] ?? null }]
      })
    case 'number': {
      const truth = targets?.[0]
      const number = { predicted: formatFixed(predictions[0] ?? NaN, 2), probability: null }
      return [
        truth === undefined
          ? { verdict: 'open', ...number, truth: '' }
          : { verdict: 'number', ...number, truth: formatFixed(truth, 2) },
      ]
    }
  }
}
