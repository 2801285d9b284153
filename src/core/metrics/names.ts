/** Metrics as files of earlier versions name them, in today's names. */

const renamed: ReadonlyMap<string, string> = new Map([
  ['f1', 'f1Micro'], // until there was macro F1 too
])

export const currentName = (name: string): string => renamed.get(name) ?? name

/** The same values under today's names. */
export const currentNames = <T>(values: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [currentName(name), value]))
