/** Predictions as texts: what was asked, what the model says, what is right; for each of the aims a task can have. */
import type { Prediction } from '@core/contract/lab'
import type { TaskSpec } from '@core/tasks/types'
import { formatFixed } from '../charts/format'
import { tokenText, tokenTexts } from '../charts/tokenText'

/** A token, and what is predicted at it, where something is asked there. */
export interface ShownToken {
  readonly token: string
  /** Below it: the prediction, or the number that comes with it; empty if nothing is to be shown. */
  readonly note: string
  readonly answer: ShownAnswer | null
}

/** Of labels, `extra` ones are predicted but not true, and `missing` ones true but not predicted. `number`: neither right nor wrong, but near or far. */
export interface ShownAnswer {
  readonly verdict: 'right' | 'wrong' | 'extra' | 'missing' | 'number'
  readonly predicted: string
  readonly truth: string
}

export interface ShownSample {
  /** What is read, where something else is written. */
  readonly source: readonly string[]
  readonly tokens: readonly ShownToken[]
  /** Of the whole sequence. */
  readonly answers: readonly ShownAnswer[]
  readonly right: number
  readonly count: number
}

const decided = (predicted: number | undefined, truth: number | undefined, classes: readonly string[]): ShownAnswer => ({
  verdict: predicted === truth ? 'right' : 'wrong',
  predicted: tokenText(classes[predicted ?? -1]),
  truth: tokenText(classes[truth ?? -1]),
})

function answersOf({ signature: { aim }, classes }: TaskSpec, { targets, predictions }: Prediction): ShownAnswer[] {
  switch (aim) {
    case 'tokens':
      return []
    case 'sequence':
      return [decided(predictions[0], targets[0], classes)]
    case 'labels':
      return classes.flatMap((label, index): ShownAnswer[] => {
        const [found, real] = [predictions[index] === 1, targets[index] === 1]
        if (!found && !real) return []
        return [{ verdict: found && real ? 'right' : found ? 'extra' : 'missing', predicted: label, truth: label }]
      })
    case 'number':
      return [{ verdict: 'number', predicted: formatFixed(predictions[0] ?? NaN, 2), truth: formatFixed(targets[0] ?? NaN, 2) }]
  }
}

export function readPrediction(spec: TaskSpec, prediction: Prediction): ShownSample {
  const { tokeniser, source, classes } = spec
  const { aim, causal, written, features } = spec.signature
  const { targets, predictions, scored } = prediction
  const tokens = Array.from(prediction.tokens, (id, place): ShownToken => {
    const token = tokenText(tokeniser.vocabulary[id])
    if (aim === 'tokens' && (!scored || scored[place] === 1)) {
      const answer = decided(predictions[place], targets[place], classes)
      // What is written is its own token; a text is read on without what was guessed for it.
      if (written) return { token: answer.predicted, note: '', answer }
      return { token, note: causal && !scored ? '' : answer.predicted, answer }
    }
    return { token, note: features > 0 ? formatFixed(prediction.features?.[place * features] ?? NaN, 2) : '', answer: null }
  })
  const answers = answersOf(spec, prediction)
  const judged = [...tokens.flatMap(({ answer }) => answer ?? []), ...answers]
  return {
    source: source && prediction.source ? tokenTexts(prediction.source, source.vocabulary) : [],
    tokens,
    answers,
    right: judged.filter(({ verdict }) => verdict === 'right').length,
    count: judged.length,
  }
}
