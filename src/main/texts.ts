/** Texts of the hosts that have no page: command line and native menu, in the person's language. */
import { toProblem, type Problem } from '@core/errors'
import { textIn, type LocalText } from '@core/lab/document'
import { format } from '@core/locales/format'
import { namedParams } from '@core/locales/names'
import blocksEn from '@core/locales/en/blocks.json'
import cliEn from '@core/locales/en/cli.json'
import commandsEn from '@core/locales/en/commands.json'
import errorsEn from '@core/locales/en/errors.json'
import experimentsEn from '@core/locales/en/experiments.json'
import menuEn from '@core/locales/en/menu.json'
import metricsEn from '@core/locales/en/metrics.json'
import tasksEn from '@core/locales/en/tasks.json'
import weightsEn from '@core/locales/en/weights.json'
import blocksZh from '@core/locales/zh/blocks.json'
import cliZh from '@core/locales/zh/cli.json'
import commandsZh from '@core/locales/zh/commands.json'
import errorsZh from '@core/locales/zh/errors.json'
import experimentsZh from '@core/locales/zh/experiments.json'
import menuZh from '@core/locales/zh/menu.json'
import metricsZh from '@core/locales/zh/metrics.json'
import tasksZh from '@core/locales/zh/tasks.json'
import weightsZh from '@core/locales/zh/weights.json'
import { unitOf } from '@core/metrics/table'

export type Language = 'en' | 'zh'

/** Where sentences find the names of settings and choices. */
const named: Readonly<Record<Language, unknown>> = {
  en: { blocks: blocksEn, tasks: tasksEn, metrics: metricsEn },
  zh: { blocks: blocksZh, tasks: tasksZh, metrics: metricsZh },
}

/** The text at a path of keys. */
function textAt(texts: unknown, path: string): string | undefined {
  const found = path
    .split('.')
    .reduce<unknown>((inner, key) => (isRecord(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), texts)
  return typeof found === 'string' ? found : undefined
}
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

const files = {
  en: {
    ...{ cli: cliEn, commands: commandsEn, errors: errorsEn, menu: menuEn },
    ...{ experiments: experimentsEn, metrics: metricsEn, weights: weightsEn },
  },
  zh: {
    ...{ cli: cliZh, commands: commandsZh, errors: errorsZh, menu: menuZh },
    ...{ experiments: experimentsZh, metrics: metricsZh, weights: weightsZh },
  },
} as const

/** Of experiments, their claims and variations: by id. */
export interface ExperimentTexts {
  readonly verdicts: Readonly<Record<keyof typeof experimentsEn.verdicts, string>>
  readonly rules: Readonly<Record<keyof typeof experimentsEn.rules, string>>
  readonly measures: Readonly<Record<keyof typeof experimentsEn.measures | keyof typeof metricsEn.names, string>>
  readonly experiments: Readonly<Record<string, ExperimentText>>
}
interface ExperimentText {
  readonly title: string
  readonly summary: string
  readonly variations: Readonly<Record<string, string>>
  readonly claims: Readonly<Record<string, string>>
}

export interface Texts {
  readonly language: Language
  readonly menu: Readonly<Record<keyof typeof menuEn, string>>
  /** Labels of the page's actions, by id. */
  readonly commands: Readonly<Record<keyof typeof commandsEn, string>>
  readonly experiments: ExperimentTexts
  cli(key: keyof typeof cliEn, params?: Readonly<Record<string, string | number>>): string
  /** Of weights that a training begins with. */
  weights(key: keyof typeof weightsEn, params?: Readonly<Record<string, string | number>>): string
  /** What a metric of an evaluation is called; its own name where it has no other. */
  metric(name: string): string
  /** Of a metric of an evaluation: a share in percent, anything else as a number. */
  value(metric: string, value: number): string
  problem(problem: Problem): string
  /** The sentence of anything that was thrown. */
  error(error: unknown): string
  local(text: LocalText): string
}

export function textsIn(language: Language): Texts {
  const { cli, commands, errors, menu, metrics, weights } = files[language]
  const experiments = {
    ...files[language].experiments,
    measures: { ...metrics.names, ...files[language].experiments.measures },
  }
  const names: Readonly<Record<string, string>> = metrics.names
  const problem = (told: Problem): string =>
    format(
      errors[told.code],
      namedParams(told, (path) => textAt(named[language], path)),
    )
  return {
    language,
    menu,
    commands,
    experiments,
    cli: (key, params = {}) => format(cli[key], params),
    weights: (key, params = {}) => format(weights[key], params),
    metric: (name) => (Object.hasOwn(names, name) ? names[name]! : name),
    value: (name, value) => (unitOf(name) === 'share' ? `${Number((100 * value).toFixed(2))} %` : value.toPrecision(4)),
    problem,
    error: (error) => problem(toProblem(error)),
    local: (text) => textIn(text, language),
  }
}

/** The language of a terminal, as POSIX says it; of a locale such as `zh_CN.UTF-8` or `zh-Hans-CN`. */
export function languageOf(environment: NodeJS.ProcessEnv): Language {
  const { LC_ALL, LC_MESSAGES, LANG } = environment
  return languageOfLocale(LC_ALL || LC_MESSAGES || LANG || Intl.DateTimeFormat().resolvedOptions().locale)
}

export const languageOfLocale = (locale: string): Language => (/^zh([-_.]|$)/i.test(locale) ? 'zh' : 'en')
