/** What a grammar of tagged sentences is written in. */

/**
 * Notation. A rule has alternatives, each a row of symbols: names of rules or word lists, or `word/TAG`. `3*` in front makes an
 * alternative three times as likely. A variable in braces, such as `{n}`, stands for one of its values, the same throughout an
 * alternative, so that words agree.
 */
export interface Grammar {
  /** The values of variables; a value written twice is twice as likely. */
  readonly variables: Readonly<Record<string, readonly string[]>>
  /** Words with one form: `TAG: words`. A word written twice is twice as likely. */
  readonly invariable: Readonly<Record<string, string>>
  /** Words with two forms, `.sg` and `.pl`: `TAG: singular/plural …`. */
  readonly inflected: Readonly<Record<string, string>>
  readonly rules: Readonly<Record<string, readonly string[]>>
  /** How a word is written before the next one, if not as in the lists; and what can come of that. */
  readonly elision: { readonly forms: readonly string[]; write(word: string, next: string): string } | null
}
