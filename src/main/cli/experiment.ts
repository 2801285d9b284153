/** `experiment`: the measurements behind a question as a table, and a verdict on each claim. */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { EngineChoice } from '@core/contract/engine'
import { LabError } from '@core/errors'
import { experiments } from '@core/experiments'
import { experimentIds, experimentOf, parseOwn } from '@core/sweeps/source'
import { measures } from '@core/experiments/measures'
import { seedsOf, type Experiment } from '@core/experiments/types'
import { judge, summarise, type Judged, type Measurements, type Values, type Verdict } from '@core/experiments/verdict'
import { withInfinity } from '@core/experiments/values'
import type { LocalText } from '@core/lab/document'
import type { Reference } from '@core/lessons/format'
import { readLabText, writeAtomically } from '../service/files'
import { machineName } from '../engine/surroundings'
import { cell, columnsOf, comparison, type ExperimentTexts } from '@core/experiments/written'
import { runExperiment, createBench } from '../experiments/run'
import type { Labs } from '../service/labs'
import type { Spawn } from '../service/spawn'
import type { Texts } from '../texts'
import type { Output } from './output'
import { findLab } from './read-lab'
import { table } from './table'

export interface ExperimentRequest {
  /** An id or the number of a question; null for all, or for the list. */
  readonly id: string | null
  readonly all: boolean
  readonly quick: boolean
  /** Null for the seeds of the extent. */
  readonly seeds: readonly number[] | null
  readonly engine: EngineChoice
  readonly json: boolean
  /** File for all measurements; null for none. */
  readonly out: string | null
}

interface ExperimentResult {
  readonly verdict: Verdict
  readonly claims: readonly Judged[]
  readonly measurements: Measurements
}

export interface ExperimentContext {
  readonly labs: Labs
  readonly spawn: Spawn
  readonly output: Output
  readonly texts: Texts
  readonly interrupted: AbortSignal
  /** Version of the application. */
  readonly version: string
}

/** Measurements are small, and nearly every machine has a second core. */
const processes = Math.min(2, availableParallelism())

/** Returns the exit code: 0 whatever the verdicts, or 130 if interrupted. Throws LabError. */
export async function experiment(request: ExperimentRequest, context: ExperimentContext): Promise<number> {
  const { output, texts, interrupted, spawn } = context
  if (request.id === null && !request.all) {
    list(request.json, context)
    return 0
  }
  const chosen = request.id === null ? experiments : await found(request.id, context.labs)
  if (request.out !== null && existsSync(request.out)) throw new LabError('file.exists', { path: request.out })
  const engines = new Set<string>()
  const benches = Array.from({ length: processes }, () => createBench(spawn, request.engine, (name) => engines.add(name)))
  const end = (): void => benches.forEach((bench) => bench.end())
  interrupted.addEventListener('abort', end, { once: true })
  try {
    const results: Record<string, ExperimentResult> = {}
    for (const each of chosen) {
      const began = performance.now()
      const seeds = request.seeds ?? seedsOf(request.quick)
      const measurements = await runExperiment({ experiment: each, quick: request.quick, seeds }, benches, {
        signal: interrupted,
        onTaken: (_, done, of) =>
          output.say(texts.cli('experimentProgress', { title: textsOf(each, texts)?.title ?? each.id, done, of })),
      })
      if (!measurements) return 130
      const result = { ...judge(each, measurements), measurements }
      results[each.id] = result
      const seconds = Math.round((performance.now() - began) / 1000)
      if (request.json) output.json({ type: 'experiment', id: each.id, seconds, ...plain(each, result) })
      else report(each, result, seconds, context)
    }
    if (request.out !== null) await writeAtomically(request.out, measurementsFile(results, engines, context.version))
    if (request.json) {
      const all = chosen.map((each) => [each.id, plain(each, results[each.id]!)] as const)
      output.json({ type: 'done', experiments: Object.fromEntries(all) })
    }
    return 0
  } catch (error) {
    if (interrupted.aborted) return 130
    throw error
  } finally {
    end()
  }
}

/** The experiment with this id, all that answer the question of this number, or the user's own in a file. Throws LabError. */
async function found(id: string, labs: Labs): Promise<readonly Experiment[]> {
  if (id.endsWith('.json')) return [experimentOf(await parseOwn(await readLabText(id), id, (name) => findLab(name, labs)))]
  const matching = experiments.filter((each) => each.id === id || each.questions.map(String).includes(id))
  if (matching.length === 0) throw new LabError('experiment.unknown', { id, known: experimentIds() })
  return matching
}

/** The format that lessons read: machine, engine, version and date of the measurements, and the value of every seed. */
function measurementsFile(
  results: Readonly<Record<string, ExperimentResult>>,
  engines: ReadonlySet<string>,
  version: string,
): string {
  const [engine = ''] = engines
  const measurements = Object.fromEntries(Object.entries(results).map(([id, result]) => [id, result.measurements]))
  const reference: Reference = {
    machine: machineName(),
    engine,
    version,
    date: new Date().toISOString().slice(0, 10),
    measurements,
  }
  return `${JSON.stringify(reference, withInfinity, 1)}\n`
}

function list(json: boolean, { output, texts }: ExperimentContext): void {
  const rows = experiments.map(({ id, questions }) => [
    id,
    questions.join(', '),
    texts.experiments.experiments[id]?.title ?? id,
  ])
  if (json) rows.forEach(([id, , title], index) => output.json({ id, questions: experiments[index]?.questions, title }))
  else for (const line of table(texts.cli('experimentColumns').split(','), rows)) output.line(line)
}

/** As JSON: mean, standard deviation and value per seed of every measure; null for NaN and infinity. */
function plain({ measures: names }: Experiment, { verdict, claims, measurements }: ExperimentResult) {
  const rows = Object.entries(measurements).map(([variation, values]) => ({
    variation,
    ...Object.fromEntries(
      names.map((name) => {
        const columns = columnsOf(values, name)
        const summaries = columns.map(summarise)
        const row = <T>(numbers: readonly T[]): T | readonly T[] => (isRow(values, name) ? numbers : numbers[0]!)
        return [
          name,
          {
            mean: row(summaries.map(({ mean }) => mean)),
            deviation: row(summaries.map(({ deviation }) => deviation)),
            values: values.map((value) => value[name] ?? null),
          },
        ]
      }),
    ),
  }))
  return { verdict, claims, table: rows }
}

type Name = keyof Values
const isRow = (values: readonly Values[], name: Name): boolean => typeof values[0]?.[name] !== 'number'

/** Title, summary and names in the reader's language. */
function textsOf({ id, texts: own }: Experiment, texts: Texts) {
  if (!own) return texts.experiments.experiments[id]
  const local = (all: Readonly<Record<string, LocalText>>) =>
    Object.fromEntries(Object.entries(all).map(([key, text]) => [key, texts.local(text)]))
  const { title, summary, variations, claims } = own
  return { title: texts.local(title), summary: texts.local(summary), variations: local(variations), claims: local(claims) }
}

function report(each: Experiment, result: ExperimentResult, seconds: number, { output, texts }: ExperimentContext): void {
  const own = textsOf(each, texts)
  const { measures: measureTexts, verdicts } = texts.experiments
  output.line(`${own?.title ?? each.id}  (${each.id}, ${texts.cli('experimentSeconds', { seconds })})`)
  if (own) output.line(own.summary)
  output.line('')
  const headings = ['', ...each.measures.map((name) => measureTexts[name])]
  const rows = each.variations.map(({ id }) => [
    own?.variations[id] ?? id,
    ...each.measures.map((name) => cell(columnsOf(result.measurements[id] ?? [], name), measures[name])),
  ])
  for (const line of table(headings, rows)) output.line(line)
  output.line('')
  for (const { claim, verdict, holds, of, rules } of result.claims) {
    output.line(`${verdicts[verdict]} (${texts.cli('experimentSeeds', { holds, of })}): ${own?.claims[claim] ?? claim}`)
    const words: ExperimentTexts = {
      rules: texts.experiments.rules,
      measure: (name) => measureTexts[name],
      variation: (id) => own?.variations[id] ?? id,
    }
    for (const { rule, left, right } of rules) output.line(`    ${comparison(rule, left, right, words)}`)
  }
  output.line('')
}
