import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LabError } from '@core/errors'
import { languageOf, textsIn } from './texts'

const locales = resolve(import.meta.dirname, '../core/locales')
const read = (language: string, area: string): Record<string, string> =>
  JSON.parse(readFileSync(join(locales, language, `${area}.json`), 'utf8')) as Record<string, string>
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort()

describe.each(['cli', 'errors', 'menu'])('%s.json', (area) => {
  it('says the same in both languages, with the same placeholders', () => {
    expect(readdirSync(join(locales, 'zh'))).toContain(`${area}.json`)
    const [en, zh] = [read('en', area), read('zh', area)]
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort())
    for (const key of Object.keys(en)) expect([key, placeholders(zh[key]!)]).toEqual([key, placeholders(en[key]!)])
  })
})

it('a failure is a sentence in the language of the terminal', () => {
  const error = new LabError('file.missing', { path: 'x.txt' })
  expect(textsIn('en').error(error)).toBe('The file “x.txt” does not exist. Check its name and folder.')
  expect(textsIn('zh').error(error)).toContain('“x.txt”')
  expect(textsIn('en').error(new RangeError('index 7'))).toContain('index 7')
})

it('metrics have names, those of other tasks too', () => {
  expect(['exactMatch', 'absoluteError', 'perplexity'].map((name) => textsIn('en').metric(name))).toEqual([
    'exact match',
    'mean absolute error',
    'perplexity',
  ])
  expect(textsIn('zh').metric('freeAccuracy')).toBe('自由运行准确率')
})

it('shares are told in percent, anything else as a number', () => {
  const texts = textsIn('en')
  const shown = [
    texts.value('accuracy', 0.99974),
    texts.value('accuracy', 1),
    texts.value('loss', 0.5),
    texts.value('absoluteError', 12.3456),
  ]
  expect(shown).toEqual(['99.97 %', '100 %', '0.5000', '12.35'])
})

it.each([
  [{ LC_ALL: 'zh_CN.UTF-8' }, 'zh'],
  [{ LC_ALL: 'C', LANG: 'zh_CN.UTF-8' }, 'en'],
  [{ LANG: 'zh' }, 'zh'],
  [{ LANG: 'zha_CN' }, 'en'],
  [{ LC_MESSAGES: 'de_DE.UTF-8', LANG: 'zh_TW' }, 'en'],
] as const)('%j is %s', (environment, language) => expect(languageOf(environment)).toBe(language))
