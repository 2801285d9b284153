/** `predict LAB|FOLDER`: the predictions of a model for a text, with their probabilities. */
import type { EngineChoice } from '@core/contract/engine'
import { tokenText } from '@core/tokenisers/token-text'
import { openModel } from '@engine/model'
import { createExecutor } from '../engine/choose'
import type { NamedClass } from '@core/contract/runs'
import { readRecord } from '../service/run-files'
import type { Labs } from '../service/labs'
import type { Texts } from '../texts'
import { mutesOf } from './mutes'
import { readNamedModel } from './named-model'
import { printClasses } from './class-table'
import type { Output } from './output'
import { predictionOf, type Prediction, type Question } from './prediction'
import { table } from './table'

export interface PredictOptions extends Question {
  readonly engine: EngineChoice
  /** Whether to use the weights with the smallest validation loss. */
  readonly best: boolean
  readonly mute: readonly string[]
}

export interface PredictContext {
  readonly labs: Labs
  readonly output: Output
  readonly texts: Texts
}

/** Limit on the classes printed; the JSON has all. */
const mostLines = 10

/** Exit code 0. Throws LabError for every failure. */
export async function predict(
  name: string,
  json: boolean,
  { engine, best, mute, text, source }: PredictOptions,
  { labs, output, texts }: PredictContext,
): Promise<number> {
  const named = await readNamedModel(name, best, labs)
  const executor = await createExecutor(engine, (reason) => output.say(texts.error(reason)))
  const model = openModel(executor, named)
  try {
    const prediction = await predictionOf(model, named.spec, { text, source }, mutesOf(model, mute))
    if (!named.trained) output.say(texts.cli('untrained'))
    const validation = named.trained && !best ? await classesOf(name, prediction) : []
    const told = validation.length > 0 && { validation }
    if (json) output.json({ type: 'done', ...prediction, engine: model.engine, step: model.step, ...told })
    else {
      print(prediction, output, texts)
      if (told) output.say(texts.cli('classesInValidation'))
      if (told) printClasses(validation, output, texts)
    }
  } finally {
    model.dispose()
  }
  return 0
}

/** Figures of the predicted classes with the model's last weights; empty if they are not known. */
async function classesOf(directory: string, { kind, predictions }: Prediction): Promise<readonly NamedClass[]> {
  if (kind !== 'classes' && kind !== 'tokens' && kind !== 'labels') return []
  const record = await readRecord(directory).catch(() => null)
  const named = new Set(kind === 'tokens' ? predictions : predictions.slice(0, mostLines))
  return (record?.summary?.classes ?? []).filter(({ name }) => named.has(name))
}

function print(prediction: Prediction, output: Output, texts: Texts): void {
  const { kind, tokens, unknown, source } = prediction
  tellUnknown({ tokens, unknown: kind === 'tokens' ? [] : unknown }, output, texts)
  if (source) tellUnknown(source, output, texts)
  if (kind === 'number') output.line(String(Number(Number(prediction.predictions[0]).toPrecision(6))))
  else if (kind === 'written') {
    output.line(String(prediction.predictions[0]))
    output.say(texts.cli('logProbability', { value: prediction.logProbability!.toFixed(4) }))
  } else for (const line of table(...columnsOf(prediction, texts))) output.line(line)
}

function tellUnknown({ tokens, unknown }: Pick<Prediction, 'tokens' | 'unknown'>, output: Output, texts: Texts): void {
  const [count, of] = [unknown.length, tokens.length]
  if (count > 0) output.say(texts.cli('unknownTokens', { count, of, text: tokens.map(tokenText).join(' ') }))
}

/** Headings and rows. */
function columnsOf(prediction: Prediction, texts: Texts): [string[], string[][]] {
  const { kind, tokens, unknown, predictions, given = [] } = prediction
  const [token = '', ...headings] = texts.cli('predictionColumns').split(',')
  const rows = predictions.map((predicted, index) => [
    tokenText(String(predicted)),
    `${(100 * (prediction.probabilities?.[index] ?? NaN)).toFixed(1)} %`,
  ])
  if (kind === 'tokens') {
    const marks = tokens.map((_, place) => (unknown.includes(place) ? texts.cli('unknownToken') : ''))
    return [[token, ...headings], rows.map((row, place) => [tokenText(tokens[place]), ...row, marks[place]!])]
  }
  if (kind === 'labels') {
    const marks = predictions.map((label) => (given.includes(String(label)) ? texts.cli('labelGiven') : ''))
    return [headings, rows.map((row, index) => [...row, marks[index]!])]
  }
  return [headings, rows.slice(0, mostLines)]
}
