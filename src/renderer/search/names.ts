/** Names in both languages at once, for searching: a learner looks for a block in either. */
import { i18n } from '../locales'

const languages = ['en', 'zh'] as const

/** A text under its key, in every language. */
export const namesOf = (key: string, params: Readonly<Record<string, string | number>> = {}): string[] =>
  languages.map((locale) => i18n.global.t(key, params, { locale }))

export const blockNames = (kind: string): string[] => [...namesOf(`blocks.${kind}.name`), kind]
