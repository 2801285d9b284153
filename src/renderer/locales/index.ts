/**
 * vue-i18n over the texts in core: `interface.json` at the root (`t('shell.app')`, `t('canvas.label')`), every other file under its name
 * (`t('blocks.norm.name')`, `t('errors.cycle')`, `t('tasks.reverse.name')`). `{name}` is a placeholder; there is no other syntax.
 */
import { createI18n, type MessageContext } from 'vue-i18n'
import { textIn, type LocalText } from '@core/lab/document'
import type { Language } from '../stores/settings'

type Messages = { [key: string]: string | Messages }

const files = import.meta.glob<Messages>('../../core/locales/{en,zh}/*.json', { eager: true, import: 'default' })

function messagesOf(language: Language): Messages {
  const messages: Messages = {}
  for (const [path, content] of Object.entries(files)) {
    const [, folder, area = ''] = /([a-z]+)\/([a-z-]+)\.json$/.exec(path) ?? []
    if (folder !== language) continue
    if (area === 'interface') Object.assign(messages, content)
    else messages[area] = nested(content)
  }
  return messages
}

/** Turns the key `graph.cycle` into `graph: { cycle }`, because vue-i18n interprets dots as nesting. */
function nested(content: Messages): Messages {
  const messages: Messages = {}
  for (const [key, value] of Object.entries(content)) {
    const [last = key, ...path] = key.split('.').reverse()
    let place = messages
    for (const step of path.reverse()) place = (place[step] ??= {}) as Messages
    place[last] = value
  }
  return messages
}

/** A compiler of our own: texts may contain `|`, `@` and formulas, which are syntax in vue-i18n. */
function compile(message: unknown) {
  return ({ named }: MessageContext): string =>
    String(message).replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = named(name)
      return typeof value === 'string' || typeof value === 'number' ? String(value) : whole
    })
}

export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en: messagesOf('en'), zh: messagesOf('zh') },
  messageCompiler: compile,
})

/** A text in both languages. */
export const inBoth = (key: string, params: Readonly<Record<string, string | number>> = {}) => ({
  en: i18n.global.t(key, params, { locale: 'en' }),
  zh: i18n.global.t(key, params, { locale: 'zh' }),
})

/** A text in all languages, for search in either one. */
export const textsOf = (text: LocalText): string[] => (typeof text === 'string' ? [text] : [text.en, text.zh])

/** A text of a lab document in the current language. Reactive in templates and computed values. */
export function localText(text: LocalText): string {
  return textIn(text, i18n.global.locale.value)
}
