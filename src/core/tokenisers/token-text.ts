/** Readable texts of tokens, on a page or in a terminal: white space is replaced by visible symbols. */
const SIGNS: Readonly<Record<string, string>> = { ' ': '␣', '\n': '↵', '\r': '␍', '\t': '⇥' }

export function tokenText(token: string | undefined): string {
  if (token === undefined) return '?'
  return token === '' ? '∅' : token.replace(/[ \n\r\t]/g, (character) => SIGNS[character] ?? character)
}

export const tokenTexts = (ids: Iterable<number>, vocabulary: readonly string[]): string[] =>
  Array.from(ids, (id) => tokenText(vocabulary[id]))
