/** Tokens as readable texts: characters that leave no ink get a sign. */
const SIGNS: Readonly<Record<string, string>> = { ' ': '␣', '\n': '↵', '\r': '␍', '\t': '⇥', '': '∅' }

export const tokenText = (token: string | undefined): string => (token === undefined ? '?' : (SIGNS[token] ?? token))

export const tokenTexts = (ids: Iterable<number>, vocabulary: readonly string[]): string[] =>
  Array.from(ids, (id) => tokenText(vocabulary[id]))
