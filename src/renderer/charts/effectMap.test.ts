import { describe, expect, it } from 'vitest'
import { diverging, luminance } from './colourMaps'
import { cellHeight, effectMapOf, effectSvg, rowsInView, shortened } from './effectMap'
import type { Theme } from './theme'

const theme = {
  diverging: diverging([255, 255, 255]),
  colours: { bg: '#fff', ink: '#000', 'ink-2': '#333', 'line-strong': '#999' },
  ...{ sans: 'Inter', mono: '"JetBrains Mono"' },
} as unknown as Theme
const rows = [
  { label: 'Embedding', effects: Float32Array.of(0, 1, -0.48, NaN), muted: false },
  { label: 'A < B · head 1', effects: Float32Array.of(0.049, 0.43, -1.9, 12), muted: false },
  { label: 'muted', effects: Float32Array.of(0, 0, 0, 0), muted: true },
]
const map = effectMapOf(rows, ['a', 'b', '&', 'all'], 300, theme)

describe('a map of effects', () => {
  it('is drawn as a whole if it is short, and otherwise where it can be seen', () => {
    const long = (count: number) =>
      effectMapOf(Array.from({ length: count }, () => rows[0]!), ['a', 'b', 'c'], 300, theme) // prettier-ignore
    const indices = (count: number, scrolled: number, height: number) =>
      rowsInView(long(count), scrolled, height).map(({ index }) => index)
    expect(indices(60, 0, 100)).toEqual(Array.from({ length: 60 }, (_, index) => index))
    const seen = indices(300, 100 * cellHeight, 30 * cellHeight)
    expect(seen.length).toBeLessThan(80)
    for (let row = 98; row <= 130; row++) expect(seen).toContain(row)
    expect(indices(300, 0, 0)[0]).toBe(0) // before its size is known
    expect(indices(300, 300 * cellHeight, 100).at(-1)).toBe(299)
  })

  it('writes effects of at least 0.05 into cells with room for them, and has no cell where there is no effect', () => {
    expect(map.rows.map(({ cells }) => cells.map(({ text }) => text))).toEqual([
      ['', '1.0', '−.48'],
      ['', '.43', '−1.9', '12'],
      ['', '', '', ''],
    ])
    expect(map.rows[0]!.cells.map(({ column }) => column)).toEqual([0, 1, 2])
    const narrow = effectMapOf(rows, Array.from({ length: 40 }, String), 300, theme)
    expect(narrow.rows.flatMap(({ cells }) => cells.map(({ text }) => text)).join('')).toBe('')
    expect(narrow.width).toBeGreaterThan(300) // scrolls, instead of cells too small for a pointer
  })

  it('has the background for zero, the same colour beyond ±1 as at it, and numbers that can be read on their cell', () => {
    const [first, second] = map.rows
    const channels = (fill: string) => fill.match(/\d+/g)!.map(Number) as [number, number, number]
    expect(luminance(channels(first!.cells[0]!.fill))).toBeGreaterThan(0.95)
    expect(first!.cells[1]!.fill).toBe(second!.cells[3]!.fill)
    for (const { fill, ink } of map.rows.flatMap(({ cells }) => cells)) {
      const [light, dark] = [luminance(channels(fill)), luminance(ink === '#ffffff' ? [255, 255, 255] : [20, 22, 28])].toSorted(
        (a, b) => b - a,
      )
      expect((light! + 0.05) / (dark! + 0.05)).toBeGreaterThan(4.2)
    }
  })

  it('keeps the end of a label that is too long', () => {
    expect(shortened('Multi-head 1 · head 12')).toBe('Multi-head 1 · head 12')
    expect(shortened('Encoder › Multi-head 1 · head 1')).toBe('…Multi-head 1 · head 1')
    expect(shortened('编码器 › 多头注意力 1 · 头 1')).toBe('…› 多头注意力 1 · 头 1')
  })

  it('is saved as one well-formed picture, with the muted row hatched', () => {
    const svg = effectSvg([map, map], 'What brings back “<”?', theme)
    const parsed = /^<svg [^>]*>.*<\/svg>\n$/.test(svg)
    expect(parsed).toBe(true)
    expect(svg).toContain('What brings back “&lt;”?')
    expect(svg).toContain('A &lt; B · head 1')
    expect(svg).toContain('>&amp;</text>')
    expect(svg.match(/fill="url\(#muted\)"/g)).toHaveLength(2)
    expect(svg.match(/<rect/g)).toHaveLength(1 + 2 * (3 + 4 + 1))
  })
})
