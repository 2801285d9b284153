import { describe, expect, it } from 'vitest'
import { axisFor, shareAt, valueAtShare } from './scale'

describe('the axis of a sketch', () => {
  it('of shares goes from 0 to 1', () => {
    expect(axisFor([0.3, 0.9], { log: false, share: true })).toMatchObject({ min: 0, max: 1 })
  })
  it('in powers of ten leaves a power on either side', () => {
    expect(axisFor([4, 252], { log: true, share: false })).toMatchObject({ min: 0.1, max: 10_000 })
  })
  it('holds what was measured with room above', () => {
    const { min, max, ticks } = axisFor([3, 7], { log: false, share: false })
    expect([min, max > 7 * 1.5]).toEqual([0, true])
    expect(ticks).toHaveLength(5)
  })
  it('goes below 0 where something measured does', () => {
    expect(axisFor([-2, 3], { log: false, share: false }).min).toBeLessThan(-2)
  })
  it('exists before anything was measured', () => {
    expect(axisFor([], { log: true, share: false })).toMatchObject({ min: 0.1, max: 1000 })
    expect(axisFor([NaN, Infinity], { log: false, share: false })).toMatchObject({ min: 0, max: 200 })
  })
  it.each([
    [false, 4096],
    [false, -3],
    [true, 1e7],
    [true, 0.001],
  ])('holds a guess that was typed beyond it (log: %s, %d)', (log, guess) => {
    const { min, max } = axisFor([5, 20], { log, share: false }, [guess, 10])
    expect([min <= Math.min(guess, 5), max >= Math.max(guess, 20)]).toEqual([true, true])
  })
  it('is not moved by a guess within it', () => {
    const kind = { log: false, share: false }
    expect(axisFor([5, 20], kind, [axisFor([5, 20], kind).max])).toEqual(axisFor([5, 20], kind))
  })
})

it.each([true, false])('a value is found again at its place (log: %s)', (log) => {
  const axis = axisFor([4, 252], { log, share: false })
  for (const value of [10, 42, 100]) expect(valueAtShare(axis, shareAt(axis, value))).toBeCloseTo(value, 6)
  expect([valueAtShare(axis, -1), valueAtShare(axis, 2)]).toEqual([axis.min, axis.max])
})
