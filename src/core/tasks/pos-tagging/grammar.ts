/** The notation of grammars for tagged sentences. */

/**
 * A rule has alternatives, each a sequence of symbols: names of rules or word lists, or `word/TAG`. A prefix `3*` makes an alternative
 * three times as likely. A variable in braces, such as `{n}`, has the same value throughout an alternative, so that words agree.
 */
export interface Grammar {
  /** The values of variables; a value listed twice is twice as likely. */
  readonly variables: Readonly<Record<string, readonly string[]>>
  /** Words with one form: `TAG: words`. A word listed twice is twice as likely. */
  readonly invariable: Readonly<Record<string, string>>
  /** Words with two forms, `.sg` and `.pl`: `TAG: singular/plural …`. */
  readonly inflected: Readonly<Record<string, string>>
  readonly rules: Readonly<Record<string, readonly string[]>>
  /** Rewrites a word depending on the next one, and lists the resulting forms; null for none. */
  readonly elision: { readonly forms: readonly string[]; write(word: string, next: string): string } | null
}
