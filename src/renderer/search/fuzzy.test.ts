import { describe, expect, it } from 'vitest'
import { fit, search } from './fuzzy'

const blocks = [
  ['Self-attention', '自注意力'],
  ['Multi-head attention', '多头注意力'],
  ['Norm', '归一化'],
  ['Feed-forward', '前馈网络'],
  ['Add (residual)', '相加（残差）'],
]
const found = (query: string): string[] => search(query, blocks, (names) => names).map(([name = '']) => name)

describe('search', () => {
  it('returns all items in order for an empty query', () => {
    expect(found('')).toEqual(blocks.map(([name]) => name))
    expect(found('  ')).toHaveLength(blocks.length)
  })
  it('matches a part of a name, ignoring case', () => {
    expect(found('ATT')).toEqual(['Self-attention', 'Multi-head attention'])
  })
  it('matches a Chinese name', () => {
    expect(found('多头')).toEqual(['Multi-head attention'])
    expect(found('注意力')).toEqual(['Self-attention', 'Multi-head attention'])
  })
  it('matches the initials of words', () => {
    expect(found('mha')[0]).toBe('Multi-head attention')
    expect(found('ff')).toEqual(['Feed-forward'])
  })
  it('treats hyphens and spaces as equal', () => {
    expect(found('self attention')).toEqual(['Self-attention'])
  })
  it('rejects letters in a different order', () => {
    expect(found('xyz')).toEqual([])
    expect(found('mron')).toEqual([])
  })
  it('ranks the start of a word above its middle, and a whole word above a part', () => {
    expect(fit('norm', 'Norm')).toBeGreaterThan(fit('norm', 'abnormal'))
    expect(fit('multi', 'Multi-head attention')).toBeGreaterThan(fit('multi', 'Multiply'))
    expect(fit('res', 'Add (residual)')).toBeGreaterThan(fit('res', 'Threshold and pressure'))
  })
})
