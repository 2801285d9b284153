import { describe, expect, it } from 'vitest'
import { cividis, colourAt, diverging, entryOf, luminance, scaleFor, type Rgb } from './colourMaps'

const luminances = (table: Uint32Array, from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => luminance(colourAt(table, from + i)))
const grows = (values: readonly number[]): boolean => values.every((value, i) => i === 0 || value >= values[i - 1]!)

describe('cividis', () => {
  it('runs from dark blue to yellow with increasing lightness', () => {
    expect(cividis).toHaveLength(256)
    expect(colourAt(cividis, 0)).toEqual([0, 34, 78])
    expect(colourAt(cividis, 255)).toEqual([254, 232, 56])
    expect(grows(luminances(cividis, 0, 255))).toBe(true)
  })

  it('matches the published colours in between', () => {
    // Matplotlib's table at 51, 102, 153 and 204.
    const published: [number, Rgb][] = [
      [51, [53, 69, 108]],
      [102, [102, 105, 112]],
      [153, [148, 142, 119]],
      [204, [200, 184, 102]],
    ]
    for (const [index, colour] of published) {
      colour.forEach((channel, c) => expect(Math.abs(channel - colourAt(cividis, index)[c]!)).toBeLessThanOrEqual(4))
    }
  })

  it('is opaque', () => {
    expect(cividis.every((packed) => packed >>> 24 === 255)).toBe(true)
  })
})

describe('the diverging map', () => {
  const paper: Rgb = [244, 243, 239]
  const night: Rgb = [15, 17, 22]

  it('has the background as its midpoint and darkens outwards on a light one', () => {
    const table = diverging(paper)
    expect(Math.abs(luminance(colourAt(table, 128)) - luminance(paper))).toBeLessThan(0.02)
    expect(grows(luminances(table, 0, 127))).toBe(true)
    expect(grows(luminances(table, 128, 255).reverse())).toBe(true)
  })

  it('lightens outwards on a dark background', () => {
    const table = diverging(night)
    expect(grows(luminances(table, 0, 127).reverse())).toBe(true)
    expect(grows(luminances(table, 128, 255))).toBe(true)
  })

  it('is blue below zero and red above', () => {
    for (const ground of [paper, night]) {
      const [red, , blue] = colourAt(diverging(ground), 40)
      expect(blue).toBeGreaterThan(red)
      const [red2, , blue2] = colourAt(diverging(ground), 215)
      expect(red2).toBeGreaterThan(blue2)
    }
  })
})

describe('scales', () => {
  it('are symmetric around zero when diverging and begin at zero when sequential', () => {
    const data = Float32Array.of(-3, 0.5, 2)
    expect(scaleFor(data, 'diverging')).toEqual({ kind: 'diverging', min: -3, max: 3 })
    expect(scaleFor(data, 'sequential')).toEqual({ kind: 'sequential', min: 0, max: 2 })
  })

  it('ignore infinite and missing values', () => {
    expect(scaleFor(Float32Array.of(1, Infinity, -Infinity, NaN), 'diverging').max).toBe(1)
  })

  it('clamp to their ends, and map an empty scale to the neutral colour', () => {
    const scale = { kind: 'sequential', min: 0, max: 1 } as const
    expect([-1, 0, 1, 2].map((value) => entryOf(scale, value))).toEqual([0, 0, 255, 255])
    expect(entryOf(scaleFor(new Float32Array(4), 'diverging'), 0)).toBe(128)
    expect(entryOf(scaleFor(new Float32Array(4), 'sequential'), 0)).toBe(0)
  })
})
