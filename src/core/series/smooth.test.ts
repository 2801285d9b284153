import { describe, expect, it } from 'vitest'
import { bestOf } from '../metrics/better'
import type { Points } from './series'
import { bandOf, smooth } from './smooth'

const points = (...pairs: readonly (readonly [step: number, value: number])[]): Points => ({
  steps: Int32Array.from(pairs, ([step]) => step),
  values: Float32Array.from(pairs, ([, value]) => value),
})
const listed = ({ steps, values }: Points) => Array.from(steps, (step, index) => [step, Number(values[index]!.toFixed(4))])

describe('smoothing', () => {
  it('does nothing without weight, and leaves a constant curve as it is', () => {
    const curve = points([1, 4], [2, 2])
    expect(smooth(curve, 0)).toEqual(curve)
    expect(listed(smooth(points([1, 3], [2, 3], [3, 3]), 0.9))).toEqual([[1, 3], [2, 3], [3, 3]]) // prettier-ignore
  })

  it('is the mean with weights that fall by the factor, calculated by hand', () => {
    // (0.5·4 + 1·2) / 1.5, then (0.25·4 + 0.5·2 + 1·6) / 1.75
    expect(listed(smooth(points([1, 4], [2, 2], [3, 6]), 0.5))).toEqual([[1, 4], [2, 2.6667], [3, 4.5714]]) // prettier-ignore
  })

  it('passes over what is no number', () => {
    expect(listed(smooth(points([1, 4], [2, NaN], [3, 2]), 0.5))).toEqual([[1, 4], [2, NaN], [3, 2.6667]]) // prettier-ignore
  })
})

describe('a band', () => {
  it('has mean and range at the steps that all curves share', () => {
    const { mean, low, high } = bandOf([points([1, 1], [2, 4], [4, 9]), points([1, 3], [2, 2], [3, 7])])
    expect(listed(mean)).toEqual([[1, 2], [2, 3]]) // prettier-ignore
    expect(listed(low)).toEqual([[1, 1], [2, 2]]) // prettier-ignore
    expect(listed(high)).toEqual([[1, 3], [2, 4]]) // prettier-ignore
  })

  it('is empty without curves, and leaves out steps where one of them is no number', () => {
    expect(listed(bandOf([]).mean)).toEqual([])
    expect(listed(bandOf([points([1, NaN], [2, 1]), points([1, 1], [2, 3])]).mean)).toEqual([[2, 2]])
  })
})

describe('the best value', () => {
  it('is the smallest of losses and errors, and the largest of everything else', () => {
    expect(bestOf('loss', [3, 1, NaN, 2])).toBe(1)
    expect(bestOf('absoluteError', [3, 1])).toBe(1)
    expect(bestOf('accuracy', [NaN, 0.3, 0.9, 0.5])).toBe(0.9)
    expect(bestOf('accuracy', [])).toBeUndefined()
  })
})
