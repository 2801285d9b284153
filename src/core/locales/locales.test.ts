/** Both languages have the same texts with the same placeholders. */
import { describe, expect, it } from 'vitest'
import { flat, type Texts } from './flat'

const files = import.meta.glob<Texts>('./{en,zh}/*.json', { eager: true, import: 'default' })
const areas = [...new Set(Object.keys(files).map((path) => path.split('/').at(-1) ?? ''))]

const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort()

describe.each(areas)('%s', (area) => {
  const en = flat(files[`./en/${area}`] ?? {})
  const zh = flat(files[`./zh/${area}`] ?? {})

  it('has the same texts in both languages', () => {
    expect([...zh.keys()].sort()).toEqual([...en.keys()].sort())
  })
  it('has an empty text in both languages or in neither', () => {
    const silent = (texts: Map<string, string>) => [...texts].filter(([, text]) => text.trim() === '').map(([key]) => key)
    expect(silent(zh)).toEqual(silent(en))
  })
  it('has the same placeholders', () => {
    const different = [...en].filter(([key, text]) => placeholders(text).join() !== placeholders(zh.get(key) ?? text).join())
    expect(different).toEqual([])
  })
  it('has full-width punctuation in Chinese, except in CSV headers and formulas', () => {
    const halfWidth = /\p{Script=Han}[,;:!?()]|[,;:!?()]\p{Script=Han}/u
    const prose = [...zh].filter(([key]) => !/olumns$|\.formula$/.test(key))
    expect(prose.filter(([, text]) => halfWidth.test(text))).toEqual([])
  })
})
