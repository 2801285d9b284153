// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest'
import { blocks } from '@core/blocks'
import { i18n } from '../locales'
import { fakeHost } from '../testing/fake-host'
import { useBlockTexts } from './useBlockTexts'

beforeEach(() => void fakeHost())
const node = (kind: string, params: Readonly<Record<string, unknown>> = {}) => ({
  id: kind,
  kind,
  params,
  position: { x: 0, y: 0 },
})

describe.each(['en', 'zh'] as const)('block texts in %s', (language) => {
  beforeEach(() => {
    i18n.global.locale.value = language
    return () => (i18n.global.locale.value = 'en')
  })

  it.each(blocks.map(({ kind }) => kind))('include every setting of %s, also if the lab file omits it', (kind) => {
    const { text } = useBlockTexts()
    for (const part of ['caption', 'tag'] as const) {
      expect(text(node(kind), part)).not.toMatch(/[{}]|undefined/)
      expect(text(node(kind), part)).toBe(text(node(kind, blocks.find((block) => block.kind === kind)!.params.parse({})), part))
    }
  })

  it('round numbers to four digits', () => {
    const { text } = useBlockTexts()
    expect(text(node('scale', { factor: 1 / Math.sqrt(32) }), 'caption')).toBe('× 0.1768')
    expect(text(node('norm', { method: 'layer', epsilon: 1e-5 }), 'caption')).toContain('1e-5')
    expect(text(node('scale', { factor: 1024 }), 'caption')).toBe('× 1024')
  })
})
