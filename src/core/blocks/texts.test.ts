/** Every block and every setting has texts in both languages. */
import { describe, expect, it } from 'vitest'
import en from '../locales/en/blocks.json'
import zh from '../locales/zh/blocks.json'
import { blocks } from './index'
import { fieldsOf } from '../fields'

interface BlockTexts {
  name: string
  short: string
  summary: string
  formula: string
  tag: string
  caption: string
  params: Record<string, { label: string; help: string; choices?: Record<string, string> }>
}

describe.each([
  ['English', en as Record<string, BlockTexts>],
  ['Chinese', zh as Record<string, BlockTexts>],
])('block texts in %s', (_language, texts) => {
  it('names every block and no other', () => {
    expect(Object.keys(texts).sort()).toEqual(blocks.map(({ kind }) => kind).sort())
  })

  it.each(blocks.map((block) => [block.kind, block] as const))('describes all of %s', (kind, block) => {
    const text = texts[kind]
    for (const key of ['name', 'short', 'summary', 'formula', 'tag', 'caption'] as const) expect(text?.[key]).toBeTruthy()
    const fields = fieldsOf(block.params)
    expect(Object.keys(text?.params ?? {}).sort()).toEqual(fields.map(({ name }) => name).sort())
    for (const field of fields) {
      expect(text?.params[field.name]?.label).toBeTruthy()
      expect(text?.params[field.name]?.help).toBeTruthy()
      if (field.type === 'choice')
        expect(Object.keys(text?.params[field.name]?.choices ?? {}).sort()).toEqual([...field.choices].sort())
    }
  })
})
