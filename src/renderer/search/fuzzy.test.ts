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
  it('keeps everything, in order, for an empty query', () => {
    expect(found('')).toEqual(blocks.map(([name]) => name))
    expect(found('  ')).toHaveLength(blocks.length)
  })
  it('finds a name by a part of it, whatever the case', () => {
    expect(found('ATT')).toEqual(['Self-attention', 'Multi-head attention'])
  })
  it('finds a name by its Chinese', () => {
    expect(found('多头')).toEqual(['Multi-head attention'])
    expect(found('注意力')).toEqual(['Self-attention', 'Multi-head attention'])
  })
  it('finds a name by the first letters of its words', () => {
    expect(found('mha')[0]).toBe('Multi-head attention')
    expect(found('ff')).toEqual(['Feed-forward'])
  })
  it('takes hyphens and spaces for the same', () => {
    expect(found('self attention')).toEqual(['Self-attention'])
  })
  it('finds nothing for letters that are not there in this order', () => {
    expect(found('xyz')).toEqual([])
    expect(found('mron')).toEqual([])
  })
  it('prefers the start of a word to the middle of one, and a whole word to a part', () => {
    expect(fit('norm', 'Norm')).toBeGreaterThan(fit('norm', 'abnormal'))
    expect(fit('multi', 'Multi-head attention')).toBeGreaterThan(fit('multi', 'Multiply'))
    expect(fit('res', 'Add (residual)')).toBeGreaterThan(fit('res', 'Threshold and pressure'))
  })
})
