/** Replaces identifiers of settings and choices in error parameters by their display names in the reader's language. */
import type { Problem } from '../errors'

/** Returns the text at a path such as `tasks.reverse.name`, or undefined. */
export type Lookup = (path: string) => string | undefined

/** Tasks with settings that name columns. */
const columnTasks = ['own-classification', 'own-labels', 'own-pairs']

/** The parameters of a problem with display names. Identifiers without one, such as unknown settings, are unchanged. */
export function namedParams({ code, params }: Pick<Problem, 'code' | 'params'>, lookup: Lookup): Problem['params'] {
  const { task, kind } = params
  const owner = kind === undefined ? `tasks.${task}` : `blocks.${kind}`
  const setting = `${owner}.params.${params.param ?? params.parameter}`
  const choice = (value: string): string => lookup(`${setting}.choices.${value.replace(/^"(.*)"$/, '$1')}`) ?? value
  const column = (name: string): string => {
    const labels = columnTasks.map((each) => lookup(`tasks.${each}.params.${name}.label`))
    return labels.find((label) => label !== undefined) ?? name
  }
  const names: Readonly<Record<string, (value: string) => string>> = {
    task: (value) => lookup(`tasks.${value}.name`) ?? value,
    param: (value) => lookup(`${setting}.label`) ?? value,
    parameter: (value) => lookup(`${setting}.label`) ?? value,
    value: choice,
    usual: choice,
    choices: (values) => values.split(', ').map(choice).join(', '),
    setting: column,
    metric: (value) => lookup(`metrics.names.${value}`) ?? value,
    ...(code === 'table.detected' && {
      columns: (detected) => detected.replace(/(^|, )(\w+)(?=: )/g, (_, before: string, name: string) => before + column(name)),
    }),
  }
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, typeof value === 'string' ? (names[name]?.(value) ?? value) : value]),
  )
}
