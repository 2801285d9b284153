import { describe, expect, it } from 'vitest'
import { downsample } from './downsample'

describe('down-sampling', () => {
  it('keeps every point while they fit', () => {
    expect(downsample(Float32Array.of(3, 1, 2), 4)).toEqual([
      [0, 3],
      [1, 1],
      [2, 2],
    ])
  })

  it('keeps every minimum and maximum of a long run, in order and within the number asked for', () => {
    const values = Float32Array.from({ length: 10_000 }, (_, i) => Math.sin(i / 50) + ((i * 7919) % 101) / 1000)
    values[4321] = 50
    values[8765] = -50
    const points = downsample(values, 400)
    expect(points.length).toBeLessThanOrEqual(400)
    expect(points).toContainEqual([4321, 50])
    expect(points).toContainEqual([8765, -50])
    points.forEach(([index, value], i) => {
      expect(value).toBe(values[index])
      if (i > 0) expect(index).toBeGreaterThan(points[i - 1]![0])
    })
    for (let bucket = 0; bucket < 200; bucket++) {
      const inside = points.filter(([index]) => index >= bucket * 50 && index < (bucket + 1) * 50).map(([, value]) => value)
      const all = values.subarray(bucket * 50, (bucket + 1) * 50)
      expect(Math.min(...inside)).toBe(Math.min(...all))
      expect(Math.max(...inside)).toBe(Math.max(...all))
    }
  })

  it('keeps a gap where there are no numbers, and passes over single ones', () => {
    const values = new Float32Array(100).fill(1)
    values.fill(NaN, 40, 60)
    values[5] = NaN
    const points = downsample(values, 20)
    expect(points.filter(([, value]) => Number.isNaN(value)).map(([index]) => index)).toEqual([40, 50])
    expect(points.every(([index]) => index !== 5)).toBe(true)
  })
})
