import { describe, expect, it } from 'vitest'
import { dropoutMask, stream } from './stream'

const COUNT = 200_000

function moments(values: Float32Array): { mean: number; variance: number; skewness: number; kurtosis: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const central = (power: number): number => values.reduce((sum, x) => sum + (x - mean) ** power, 0) / values.length
  const variance = central(2)
  return { mean, variance, skewness: central(3) / variance ** 1.5, kurtosis: central(4) / variance ** 2 }
}

describe('stream', () => {
  it('gives the same numbers for the same seed and address, and others for any other', () => {
    const draw = (seed: number, ...address: (string | number)[]): number[] => {
      const random = stream(seed, ...address)
      return Array.from({ length: 8 }, () => random.word())
    }
    expect(draw(1, 'batch', 7)).toEqual(draw(1, 'batch', 7))
    const others = [
      draw(1, 'batch', 7),
      draw(2, 'batch', 7),
      draw(2 ** 32 + 1, 'batch', 7),
      draw(1, 'batch', 8),
      draw(1, 'batch', 7 + 2 ** 32),
      draw(1, 'batch', -7),
      draw(1, 'batch', '7'),
      draw(1, 'batch7'),
      draw(1, 'ba', 'tch', 7),
      draw(1, 7, 'batch'),
      draw(1),
      draw(1, ''),
    ]
    expect(new Set(others.flat()).size).toBe(8 * others.length)
  })

  it('never changes: weights and batches of saved labs depend on it', () => {
    const random = stream(1, 'attention', 0)
    expect([random.word(), random.word(), random.word(), random.word()]).toMatchInlineSnapshot(`
      [
        1510798526,
        2685986600,
        1331391817,
        387257958,
      ]
    `)
  })

  it('draws floats in [0, 1) with the moments of the uniform distribution', () => {
    const values = stream(3, 'uniform').fillUniform(new Float32Array(COUNT))
    expect(values.every((x) => x >= 0 && x < 1)).toBe(true)
    const { mean, variance, skewness, kurtosis } = moments(values)
    expect(mean).toBeCloseTo(0.5, 2)
    expect(variance).toBeCloseTo(1 / 12, 2)
    expect(skewness).toBeCloseTo(0, 1)
    expect(kurtosis).toBeCloseTo(9 / 5, 1)
  })

  it('draws normals with the moments of the normal distribution', () => {
    const values = stream(3, 'normal').fillNormal(new Float32Array(COUNT), 2, 0.5)
    const { mean, variance, skewness, kurtosis } = moments(values)
    expect(mean).toBeCloseTo(2, 2)
    expect(variance).toBeCloseTo(0.25, 2)
    expect(Math.abs(skewness)).toBeLessThan(0.03) // standard error √(6/n) = 0.0055
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.06) // standard error √(24/n) = 0.011
    const beyondTwo = values.filter((x) => Math.abs(x - 2) > 1).length / COUNT
    expect(beyondTwo).toBeCloseTo(0.0455, 2)
  })

  it('draws neighbouring numbers without correlation, also across neighbouring streams', () => {
    const correlation = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, x, i) => sum + (x - 0.5) * (b[i]! - 0.5), 0) / a.length / (1 / 12)
    const values = stream(5, 'x', 0).fillUniform(new Float32Array(COUNT))
    const next = stream(5, 'x', 1).fillUniform(new Float32Array(COUNT))
    expect(Math.abs(correlation(values.subarray(0, -1), values.subarray(1)))).toBeLessThan(0.01) // standard error 0.0022
    expect(Math.abs(correlation(values, next))).toBeLessThan(0.01)
  })

  it('draws whole numbers evenly (χ² below its 99.9 % point for 9 degrees of freedom)', () => {
    const random = stream(6, 'integers')
    const counts = new Array<number>(10).fill(0)
    for (let i = 0; i < COUNT; i++) counts[random.integer(10)]!++
    const expected = COUNT / 10
    expect(counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(27.88)
  })

  it('permutes: every value once, every order as likely', () => {
    expect([...stream(7, 'p').permutation(100)].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
    const random = stream(8, 'orders')
    const counts = new Map<string, number>()
    for (let i = 0; i < 12_000; i++) {
      const order = random.permutation(4).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(24)
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0)
    expect(chiSquare).toBeLessThan(49.73) // 99.9 % point, 23 degrees of freedom
  })

  it('fills any length, and the start of a longer fill within a chunk is the shorter one', () => {
    for (const length of [0, 1, 3, 5, 4097, 10_000]) {
      const values = stream(9, 'length').fillUniform(new Float32Array(length).fill(-1))
      expect(values.every((x) => x >= 0)).toBe(true)
    }
    const long = stream(9, 'length').fillUniform(new Float32Array(9000))
    expect([...long.subarray(0, 10)]).toEqual([...stream(9, 'length').fillUniform(new Float32Array(10))])
  })
})

describe('dropoutMask', () => {
  it.each([0.1, 0.25, 0.5, 1 / 3, 0.9])('drops at rate %d and keeps the expected value', (rate) => {
    const mask = dropoutMask(new Float32Array(COUNT), rate, 1, 'dropout', 0)
    const kept = Math.fround(1 / (1 - rate))
    expect(mask.every((x) => x === 0 || x === kept)).toBe(true)
    const dropped = mask.filter((x) => x === 0).length / COUNT
    expect(Math.abs(dropped - rate)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / COUNT))
  })

  it('resolves rates finer than a byte', () => {
    const rate = 0.001 // below 1/256: decided by the further bits alone
    const mask = dropoutMask(new Float32Array(2_000_000), rate, 1, 'dropout', 0)
    const dropped = mask.filter((x) => x === 0).length
    expect(Math.abs(dropped - 2000)).toBeLessThan(4 * Math.sqrt(2000))
  })

  it('is a pure function of seed, name and step', () => {
    const draw = (seed: number, name: string, step: number): Float32Array =>
      dropoutMask(new Float32Array(64), 0.5, seed, name, step)
    expect(draw(1, 'a', 5)).toEqual(draw(1, 'a', 5))
    for (const other of [draw(2, 'a', 5), draw(1, 'b', 5), draw(1, 'a', 6)]) expect(other).not.toEqual(draw(1, 'a', 5))
  })

  it('lets everything pass at rate 0', () => {
    expect(dropoutMask(new Float32Array(5), 0, 1, 'a', 0)).toEqual(new Float32Array(5).fill(1))
  })
})
