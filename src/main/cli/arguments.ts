/** Parses the arguments into a command, or reports why they are invalid. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { engineChoices, type EngineChoice } from '@core/contract/engine'
import { adapterForms, exportTargets, floatTypes } from '@core/contract/exchange'
import { mostSeeds } from '@core/experiments/types'
import { mostShards } from '@core/lab/document'
import type { Texts } from '../texts'
import { benchModels, contenders, type BenchRequest } from './bench'
import type { CheckOptions } from './check'
import type { ExperimentRequest } from './experiment'
import type { ExportRequest } from './export'
import { kitActions, type KitRequest } from './kit'
import { lessonActions, type LessonRequest } from './lesson'
import type { GenerateOptions } from './generate'
import type { ImportRequest } from './import'
import type { PredictOptions } from './predict'
import { mostReported, type ReportOptions } from './report'
import type { StateOptions } from './state'
import type { SweepOptions } from './sweep'

export type Command =
  | { readonly name: 'help' | 'version' }
  | { readonly name: 'labs'; readonly json: boolean }
  | ({ readonly name: 'check' } & CheckOptions)
  | ({ readonly name: 'train'; readonly json: boolean; readonly lab: string } & TrainOptions)
  | ({ readonly name: 'generate'; readonly json: boolean; readonly lab: string } & GenerateOptions)
  | ({ readonly name: 'predict'; readonly json: boolean; readonly lab: string } & PredictOptions)
  | ({ readonly name: 'state' } & StateOptions)
  | ({ readonly name: 'sweep' } & SweepOptions)
  | ({ readonly name: 'report' } & ReportOptions)
  | ({ readonly name: 'export' } & ExportRequest)
  | ({ readonly name: 'import' } & ImportRequest)
  | ({ readonly name: 'experiment' } & ExperimentRequest)
  | ({ readonly name: 'lesson' } & LessonRequest)
  | ({ readonly name: 'kit' } & KitRequest)
  | ({ readonly name: 'bench' } & BenchRequest)
  | {
      readonly name: 'serve'
      readonly json: boolean
      readonly host: string
      readonly port: number
      readonly open: boolean
      readonly lessons: string | null
      /** Title of the class that pupils join; null for no class. */
      readonly classTitle: string | null
    }

export interface TrainOptions {
  /** Null for the lab's own. */
  readonly steps: number | null
  readonly seed: number | null
  readonly shards: number | null
  readonly engine: EngineChoice
  readonly data: string | null
  /** Saved run folder or safetensors file with the initial weights. */
  readonly from: string | null
  readonly out: string | null
  /** Folder of a saved run to resume; there is no lab then. */
  readonly resume: string | null
}

/** A usage error: printed with the usage; the exit code is 2. */
export class UsageError extends Error {}

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const texts = { type: 'string', multiple: true } as const
const options = {
  labs: { json: flag },
  check: { json: flag, data: text, 'no-trial': flag },
  train: {
    ...{ json: flag, steps: text, seed: text, shards: text, engine: text },
    ...{ data: text, from: text, out: text, resume: text },
  },
  generate: {
    ...{ json: flag, engine: text, prompt: text, length: text, temperature: text, 'top-k': text, 'top-p': text },
    ...{ seed: text, samples: text, source: text, beam: text, 'length-penalty': text, 'no-unknown': flag, best: flag },
    mute: texts,
  },
  predict: { json: flag, engine: text, text, source: text, best: flag, mute: texts },
  state: { json: flag, step: text, data: text },
  sweep: { json: flag, engine: text, out: text },
  report: { json: flag, out: text },
  export: {
    ...{ json: flag, to: text, out: text, plan: flag, verify: flag, best: flag, step: text, data: text },
    ...{ dtype: text, attention: flag, adapters: text },
  },
  import: { json: flag, out: text, length: text, data: text },
  experiment: { json: flag, all: flag, quick: flag, seeds: text, engine: text, out: text },
  lesson: { json: flag, train: flag },
  kit: {
    ...{ json: flag, out: text, kit: text, run: texts, name: text, progress: text, data: text },
    ...{ weights: flag, 'no-training': flag },
  },
  bench: { json: flag, models: text, engines: text },
  serve: { json: flag, host: text, port: text, open: flag, lessons: text },
  desk: { json: flag, host: text, port: text, open: flag, lessons: text, title: text },
} as const satisfies Record<string, ParseArgsConfig['options']>
type Name = keyof typeof options

/** Throws UsageError. */
export function parseCommand(args: readonly string[], texts: Texts): Command {
  const [name = '', ...rest] = args
  if (['help', '--help', '-h'].includes(name) || rest.includes('--help') || rest.includes('-h')) return { name: 'help' }
  if (name === '--version' || name === 'version') return { name: 'version' }
  if (name === '') throw new UsageError(texts.cli('noCommand'))
  if (!isName(name)) throw new UsageError(texts.cli('unknownCommand', { command: name }))

  const { values, positionals } = parse(name, rest, texts)
  const string = (option: string): string | null => (typeof values[option] === 'string' ? values[option] : null)
  const number = (option: string, minimum: number, maximum: number): number | null => {
    const value = string(option)
    if (value === null || (/^\d+$/.test(value) && Number(value) >= minimum && Number(value) <= maximum)) {
      return value === null ? null : Number(value)
    }
    throw new UsageError(texts.cli('notANumber', { option: `--${option}`, minimum, maximum, value }))
  }
  const decimal = (option: string, maximum: number): number | null => {
    const value = string(option)
    if (value === null || (/^\d+(\.\d+)?$/.test(value) && Number(value) <= maximum))
      return value === null ? null : Number(value)
    throw new UsageError(texts.cli('notADecimal', { option: `--${option}`, minimum: 0, maximum, value }))
  }
  const required = (option: string): string => {
    const value = string(option)
    if (value === null) throw new UsageError(texts.cli('missingOption', { command: name, option: `--${option}` }))
    return value
  }
  const mute = Array.isArray(values.mute) ? values.mute.filter((each) => typeof each === 'string') : []
  const json = values.json === true
  const resume = name === 'train' ? string('resume') : null
  const beside = ['seed', 'shards', 'engine', 'from', 'out'].find((option) => resume !== null && string(option) !== null)
  if (beside !== undefined) throw new UsageError(texts.cli('notTogether', { option: '--resume', other: `--${beside}` }))
  const wanted = ['check', 'train', 'generate', 'predict', 'state', 'sweep', 'import'].includes(name) && resume === null ? 1 : 0
  const taken = name === 'experiment' && values.all !== true ? 1 : wanted
  if (name === 'lesson') return lessonCommand(values, positionals, texts)
  if (name === 'kit') return kitCommand(values, positionals, texts)
  if (name === 'report') return { name, json, runs: reported(positionals, texts), out: required('out') }
  if (name === 'export') {
    if (positionals.length === 0) throw new UsageError(texts.cli('missingLab', { command: name }))
    const [best, step] = [values.best === true, number('step', 0, 10_000_000)]
    if (best && step !== null) throw new UsageError(texts.cli('notTogether', { option: '--best', other: '--step' }))
    return {
      ...{ name, json, models: positionals, to: oneOf(required('to'), exportTargets, '--to', texts), out: string('out') },
      ...{ plan: values.plan === true, verify: values.verify === true, data: string('data') },
      at: best ? 'best' : (step ?? 'newest'),
      options: {
        dtype: oneOf(string('dtype')?.toUpperCase() ?? 'F32', floatTypes, '--dtype', texts),
        attention: values.attention === true,
        adapters: oneOf(string('adapters') ?? 'merged', adapterForms, '--adapters', texts),
      },
    }
  }
  const [lab = '', extra] = taken === 1 ? positionals : ['', ...positionals]
  if (wanted === 1 && positionals.length === 0) throw new UsageError(texts.cli('missingLab', { command: name }))
  if (extra !== undefined) throw new UsageError(texts.cli('tooManyArguments', { command: name, argument: extra }))

  const commands: Record<Exclude<Name, 'lesson' | 'kit' | 'report' | 'export'>, () => Command> = {
    labs: () => ({ name: 'labs', json }),
    check: () => ({ name: 'check', json, lab, data: string('data'), trial: values['no-trial'] !== true }),
    state: () => {
      required('step')
      return { name: 'state', json, folder: lab, step: number('step', 0, 10_000_000)!, data: string('data') }
    },
    sweep: () => ({
      name: 'sweep',
      json,
      file: lab,
      engine: engine(string('engine') ?? 'auto', texts),
      out: string('out'),
    }),
    train: () => ({
      name: 'train',
      json,
      lab,
      steps: number('steps', 1, 10_000_000),
      seed: number('seed', 0, 0xffffffff),
      shards: number('shards', 1, mostShards),
      engine: engine(string('engine') ?? 'auto', texts),
      data: string('data'),
      from: string('from'),
      out: string('out'),
      resume,
    }),
    generate: () => ({
      name: 'generate',
      json,
      lab,
      engine: engine(string('engine') ?? 'auto', texts),
      best: values.best === true,
      prompt: string('prompt') ?? '',
      length: number('length', 1, 1_000_000) ?? 200,
      temperature: decimal('temperature', 10),
      topK: number('top-k', 1, 1_000_000) ?? 0,
      topP: decimal('top-p', 1) ?? 1,
      seed: number('seed', 0, 0xffffffff) ?? 1,
      samples: number('samples', 1, 256) ?? 1,
      source: string('source'),
      beam: number('beam', 1, 256) ?? 1,
      lengthPenalty: decimal('length-penalty', 10) ?? 0,
      allowUnknown: values['no-unknown'] !== true,
      mute,
    }),
    predict: () => ({
      name: 'predict',
      json,
      lab,
      engine: engine(string('engine') ?? 'auto', texts),
      best: values.best === true,
      text: required('text'),
      source: string('source'),
      mute,
    }),
    import: () => ({
      ...{ name: 'import', json, folder: lab, out: string('out'), data: string('data') },
      length: number('length', 4, 8192),
    }),
    experiment: () => ({
      name: 'experiment',
      id: lab || null,
      all: values.all === true,
      quick: values.quick === true,
      seeds: seedList(string('seeds'), texts),
      out: string('out'),
      engine: engine(string('engine') ?? 'auto', texts),
      json,
    }),
    bench: () => ({
      name: 'bench',
      json,
      models: list(string('models'), benchModels, '--models', texts),
      engines: list(string('engines'), contenders, '--engines', texts),
    }),
    serve: () => ({
      name: 'serve',
      json,
      host: string('host') ?? '127.0.0.1',
      port: number('port', 0, 65535) ?? 0,
      open: values.open === true,
      lessons: string('lessons'),
      classTitle: null,
    }),
    desk: () => ({
      ...{ name: 'serve', json, host: string('host') ?? '0.0.0.0', port: number('port', 1, 65535) ?? 7070 },
      ...{ open: values.open === true, lessons: string('lessons'), classTitle: string('title') ?? '' },
    }),
  }
  return commands[name]()
}

const isName = (name: string): name is Name => Object.hasOwn(options, name)

function engine(value: string, texts: Texts): EngineChoice {
  const choice = engineChoices.find((each) => each === value)
  if (choice === undefined) throw new UsageError(texts.cli('unknownEngine', { value, known: engineChoices.join(', ') }))
  return choice
}

/** Names separated by commas; all of them by default. */
function list<T extends string>(value: string | null, known: readonly T[], option: string, texts: Texts): readonly T[] {
  const names = value?.split(',') ?? known
  return [...new Set(names)].map((name) => oneOf(name, known, option, texts))
}

function oneOf<T extends string>(value: string, known: readonly T[], option: string, texts: Texts): T {
  const found = known.find((each) => each === value)
  if (found === undefined) throw new UsageError(texts.cli('notInList', { option, value, known: known.join(', ') }))
  return found
}

function lessonCommand(values: Parsed['values'], [word, folder, extra]: readonly string[], texts: Texts): Command {
  const action = lessonActions.find((each) => each === word)
  if (!action) throw new UsageError(texts.cli('noLessonAction'))
  if (extra !== undefined) throw new UsageError(texts.cli('tooManyArguments', { command: 'lesson', argument: extra }))
  return { name: 'lesson', action, folder: folder ?? null, json: values.json === true, train: values.train === true }
}

/** What each action of `kit` needs besides its path. */
const kitNeeds: Readonly<Record<KitRequest['action'], readonly string[]>> = {
  make: ['out'],
  check: [],
  submit: ['name', 'out'],
  grade: ['kit'],
  selftest: [],
}

function kitCommand(values: Parsed['values'], [word, path, extra]: readonly string[], texts: Texts): Command {
  const action = kitActions.find((each) => each === word)
  if (!action) throw new UsageError(texts.cli('noKitAction'))
  const string = (option: string): string | null => (typeof values[option] === 'string' ? values[option] : null)
  const surplus = action === 'selftest' ? path : extra
  if (surplus !== undefined) throw new UsageError(texts.cli('tooManyArguments', { command: 'kit', argument: surplus }))
  if (action !== 'selftest' && path === undefined) throw new UsageError(texts.cli('missingPath', { command: `kit ${action}` }))
  const missing = kitNeeds[action].find((option) => string(option) === null)
  if (missing !== undefined)
    throw new UsageError(texts.cli('missingOption', { command: `kit ${action}`, option: `--${missing}` }))
  const runs = Array.isArray(values.run) ? values.run.filter((run) => typeof run === 'string') : []
  const malformed = runs.find((run) => !/^[^=]+=./.test(run))
  if (malformed !== undefined) throw new UsageError(texts.cli('badRun', { value: malformed }))
  return {
    ...{ name: 'kit', action, path: path ?? null, runs, pupil: string('name') },
    ...{ out: string('out'), kit: string('kit'), progress: string('progress'), data: string('data') },
    weights: values.weights === true,
    trainAgain: values['no-training'] !== true,
    json: values.json === true,
  }
}

function reported(runs: readonly string[], texts: Texts): readonly string[] {
  if (runs.length === 0) throw new UsageError(texts.cli('missingPath', { command: 'report' }))
  if (runs.length > mostReported) throw new UsageError(texts.cli('tooManyRuns', { most: mostReported, count: runs.length }))
  return runs
}

/** Integers separated by commas; null if none are given. */
function seedList(value: string | null, texts: Texts): readonly number[] | null {
  if (value === null) return null
  const seeds = [...new Set(value.split(',').map((each) => (/^\s*\d{1,9}\s*$/.test(each) ? Number(each) : NaN)))]
  if (seeds.some(Number.isNaN) || seeds.length > mostSeeds)
    throw new UsageError(texts.cli('badSeeds', { value, most: mostSeeds }))
  return seeds
}

interface Parsed {
  readonly values: Readonly<Record<string, unknown>>
  readonly positionals: readonly string[]
}

/** `parseArgs` without its error messages, which exist in English only. */
function parse(command: Name, args: readonly string[], texts: Texts): Parsed {
  const known: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>> = options[command]
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: options[command],
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const option = token.rawName
    const type = Object.hasOwn(known, token.name) ? known[token.name]?.type : undefined
    if (!type || !option.startsWith('--')) throw new UsageError(texts.cli('unknownOption', { command, option }))
    const missing =
      token.value === undefined ||
      (token.value === '' && token.name !== 'prompt') ||
      (!token.inlineValue && token.value.startsWith('--'))
    if (type === 'string' && missing) throw new UsageError(texts.cli('missingValue', { option }))
    if (type === 'boolean' && token.value !== undefined) throw new UsageError(texts.cli('unexpectedValue', { option }))
  }
  return { values, positionals }
}
