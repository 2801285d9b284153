import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { downsample, Envelope } from './downsample'

const pairs = (flat: Float64Array): [number, number][] =>
  Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!])
const wave = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i / 50) + ((i * 7919) % 101) / 1000)

describe('down-sampling', () => {
  it('keeps every point while they fit', () => {
    expect(pairs(downsample(Float32Array.of(3, 1, 2), 8))).toEqual([
      [0, 3],
      [1, 1],
      [2, 2],
    ])
  })

  it('keeps a spike of one step in 100,000, up and down, and stays within the number of points asked for', () => {
    const values = wave(100_000)
    values[43_210] = 50
    values[87_653] = -50
    const points = pairs(downsample(values, 1200))
    expect(points.length).toBeLessThanOrEqual(1200)
    expect(points.length).toBeGreaterThan(600)
    expect(points).toContainEqual([43_210, 50])
    expect(points).toContainEqual([87_653, -50])
  })

  it('keeps the smallest and the largest value of every stretch, where they are and in order', () => {
    const values = wave(10_000)
    const points = pairs(downsample(values, 400)) // 200 stretches of at most 2 points: 10,000 values make stretches of 64
    points.forEach(([index, value], i) => {
      expect(value).toBe(values[index])
      if (i > 0) expect(index).toBeGreaterThan(points[i - 1]![0])
    })
    for (let from = 0; from < values.length; from += 64) {
      const inside = points.filter(([index]) => index >= from && index < from + 64).map(([, value]) => value)
      const all = values.subarray(from, from + 64)
      expect([Math.min(...inside), Math.max(...inside)]).toEqual([Math.min(...all), Math.max(...all)])
    }
  })

  it('keeps a gap where there are no numbers, and passes over single ones', () => {
    const values = new Float32Array(64).fill(1) // 8 stretches of 8
    values.fill(NaN, 24, 40)
    values[5] = NaN
    const points = pairs(downsample(values, 16))
    expect(points.filter(([, value]) => Number.isNaN(value)).map(([index]) => index)).toEqual([24, 32])
    expect(points.some(([index]) => index === 5)).toBe(false)
  })

  it('shows infinities as the extremes they are', () => {
    const values = wave(1000)
    values[500] = Infinity
    expect(pairs(downsample(values, 20))).toContainEqual([500, Infinity])
  })

  it('gives the same however the curve arrived: at once or in parts', () => {
    const value = fc.oneof(fc.float({ noNaN: true }), fc.constant(NaN))
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 300 }),
        fc.array(fc.nat(40)),
        fc.integer({ min: 4, max: 40 }),
        (all, sizes, most) => {
          const values = Float32Array.from(all)
          const grown = new Envelope(most)
          let length = 0
          for (const size of sizes) grown.read(values.subarray(0, (length = Math.min(values.length, length + size))))
          grown.read(values)
          expect(grown.points(values)).toEqual(downsample(values, most))
          expect(grown.points(values).length).toBeLessThanOrEqual(2 * most)
        },
      ),
    )
  })

  it('looks at a new value only, not at the million before it', () => {
    const values = wave(1_000_000)
    const envelope = new Envelope(1200)
    envelope.read(values.subarray(0, 999_000))
    const looked = new Set<number>()
    const watched = new Proxy(values, {
      get(target, name) {
        if (typeof name === 'string' && /^\d+$/.test(name)) looked.add(Number(name))
        return Reflect.get(target, name, target) as unknown
      },
    })
    envelope.read(watched)
    // The thousand new ones, and what they are compared with.
    expect(looked.size).toBeLessThan(1010)
  })
})
