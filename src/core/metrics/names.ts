/** Migrates metric names of earlier versions. */

const renamed: ReadonlyMap<string, string> = new Map([
  ['f1', 'f1Micro'], // before macro F1 was added
])

export const currentName = (name: string): string => renamed.get(name) ?? name

/** The same values under the current names. */
export const currentNames = <T>(values: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [currentName(name), value]))
