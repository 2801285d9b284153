/** `experiment`: the measurement behind a question, as a table, and what it says about each claim. */
import { availableParallelism } from 'node:os'
import type { EngineChoice } from '@core/contract/engine'
import { LabError } from '@core/errors'
import { experiments } from '@core/experiments'
import { measures, type Format } from '@core/experiments/measures'
import type { Experiment, Rule, Term } from '@core/experiments/types'
import { summarise, type Measured, type Summary, type Values } from '@core/experiments/verdict'
import { format } from '@core/locales/format'
import { runExperiment, startBench, type ExperimentResult } from '../experiments/run'
import { experimentIds } from '../experiments/take'
import type { Spawn } from '../service/spawn'
import type { Texts } from '../texts'
import type { Output } from './output'
import { table } from './table'

export interface ExperimentRequest {
  /** An id or a question's number; null for all, or for the list of them. */
  readonly id: string | null
  readonly all: boolean
  readonly quick: boolean
  readonly engine: EngineChoice
  readonly json: boolean
}

export interface ExperimentContext {
  readonly spawn: Spawn
  readonly output: Output
  readonly texts: Texts
  readonly interrupted: AbortSignal
}

/** Side by side: measurements are small, and a second core is there almost everywhere. */
const processes = Math.min(2, availableParallelism())

/** Exit code: 0 whatever the verdicts, or 130 if it was interrupted. Throws LabError. */
export async function experiment(request: ExperimentRequest, context: ExperimentContext): Promise<number> {
  const { output, texts, interrupted, spawn } = context
  if (request.id === null && !request.all) {
    list(request.json, context)
    return 0
  }
  const chosen = request.id === null ? experiments : found(request.id)
  const benches = Array.from({ length: processes }, () => startBench(spawn, request.engine))
  const end = (): void => benches.forEach((bench) => bench.end())
  interrupted.addEventListener('abort', end, { once: true })
  try {
    const results: Record<string, ExperimentResult> = {}
    for (const each of chosen) {
      const began = performance.now()
      const result = await runExperiment(each, request.quick, benches, interrupted, (done, of) =>
        output.say(
          texts.cli('experimentProgress', { title: texts.experiments.experiments[each.id]?.title ?? each.id, done, of }),
        ),
      )
      if (!result) return 130
      results[each.id] = result
      const seconds = Math.round((performance.now() - began) / 1000)
      if (request.json) output.json({ type: 'experiment', id: each.id, seconds, ...plain(each, result) })
      else report(each, result, seconds, context)
    }
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

/** By its id, or all that answer a question of that number. */
function found(id: string): readonly Experiment[] {
  const matching = experiments.filter((each) => each.id === id || each.questions.map(String).includes(id))
  if (matching.length === 0) throw new LabError('experiment.unknown', { id, known: experimentIds() })
  return matching
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

/** As JSON: mean, standard deviation and each seed's number of every measure; null for what is no number or infinite. */
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

/** The numbers of a measure place by place, each over all seeds. */
function columnsOf(values: readonly Values[], name: Name): readonly (readonly number[])[] {
  const rows = values.map((value) => rowOf(value[name]))
  return (rows[0] ?? []).map((_, place) => rows.map((row) => row[place] ?? NaN))
}

const rowOf = (measured: Measured | undefined): readonly number[] =>
  typeof measured === 'number' ? [measured] : (measured ?? [])

function report(each: Experiment, result: ExperimentResult, seconds: number, { output, texts }: ExperimentContext): void {
  const own = texts.experiments.experiments[each.id]
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
    for (const { rule, left, right } of rules) output.line(`    ${comparison(each, rule, left, right, texts)}`)
  }
  output.line('')
}

/** e.g. `accuracy of 4 heads 97.1 % ± 0.2 > accuracy of 1 head 96.0 % ± 0.4` */
function comparison({ id }: Experiment, rule: Rule, left: Summary, right: Summary, texts: Texts): string {
  const { experiments: own, measures: measureTexts, rules } = texts.experiments
  const kind: Format =
    [rule.left, rule.right].map((term) => (typeof term === 'number' ? null : measures[term.measure])).find(Boolean) ?? 'number'
  const alone = (number: number): string => written({ mean: number, deviation: 0 }, kind)
  const side = (term: Term, summary: Summary): string => {
    if (typeof term === 'number') return alone(term)
    const number = written(summary, kind)
    const { measure, of, at, times = 1 } = term
    const place = at === undefined ? '' : ` [${at}]`
    return `${times === 1 ? '' : `${times} × `}${measureTexts[measure]}${place}, ${own[id]?.variations[of] ?? of}: ${number}`
  }
  const sides = { left: side(rule.left, left), right: side(rule.right, right) }
  if (rule.is === 'near') return format(rules.near, { ...sides, within: alone(rule.within) })
  return rule.by ? format(rules.aboveBy, { ...sides, by: alone(rule.by) }) : format(rules.above, sides)
}

/** A number with its spread; the numbers of a row without, as there is no room. */
function cell(columns: readonly (readonly number[])[], kind: Format): string {
  const summaries = columns.map(summarise)
  if (kind === 'shape') return `(${summaries.map(({ mean }) => mean).join(', ')})`
  if (summaries.length === 1) return written(summaries[0]!, kind)
  return summaries.map(({ mean }) => written({ mean, deviation: 0 }, kind)).join('  ')
}

function written({ mean, deviation }: Summary, kind: Format): string {
  if (!Number.isFinite(mean)) return '–'
  const share = kind === 'share' ? 100 : 1
  const digits = (number: number): string => {
    if (kind === 'share') return number.toFixed(1)
    if (kind === 'tiny') return number === 0 ? '0' : number.toExponential(1)
    if (kind === 'number') return String(Number(number.toPrecision(3)))
    return String(Math.round(number))
  }
  return `${digits(share * mean)}${deviation > 0 ? ` ± ${digits(share * deviation)}` : ''}${kind === 'share' ? ' %' : ''}`
}
