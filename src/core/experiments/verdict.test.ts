/** Verdicts of claims from measurements. */
import { describe, expect, it } from 'vitest'
import { above, near, type Experiment, type Rule } from './types'
import { judge, summarise, type Measured } from './verdict'

/** The verdict for the measurements of variations a and b, one per seed. */
function verdictOf(rules: readonly Rule[], a: readonly Measured[], b: readonly Measured[]) {
  const experiment: Experiment = {
    id: 'x',
    questions: [1],
    variations: [],
    measures: ['accuracy'],
    claims: [{ id: 'c', rules }],
  }
  const measured = (values: readonly Measured[]) => values.map((accuracy) => ({ accuracy }))
  return judge(experiment, { a: measured(a), b: measured(b) })
}
const a = { measure: 'accuracy', of: 'a' } as const
const b = { measure: 'accuracy', of: 'b' } as const

describe('a claim', () => {
  it('is supported if it holds for every seed, compared seed by seed', () => {
    // The spread over the seeds exceeds the difference, but every seed shows the difference.
    expect(verdictOf([above(a, b)], [0.5, 0.7, 0.9], [0.4, 0.6, 0.8]).verdict).toBe('supported')
  })
  it('is contradicted if it holds for no seed', () => {
    expect(verdictOf([above(a, b)], [0.4, 0.6, 0.8], [0.5, 0.6, 0.9]).verdict).toBe('contradicted')
  })
  it('is undecided if it holds for some seeds', () => {
    const { verdict, claims } = verdictOf([above(a, b)], [0.4, 0.7, 0.9], [0.5, 0.6, 0.8])
    expect(verdict).toBe('undecided')
    expect(claims[0]).toMatchObject({ holds: 2, of: 3 })
  })
  it('is undecided, and never contradicted, if a number is missing', () => {
    expect(verdictOf([above(a, 0.9)], [NaN, NaN], [1, 1]).verdict).toBe('undecided')
    expect(verdictOf([above({ ...a, at: 3 }, 0.9)], [[1, 1]], [1]).verdict).toBe('undecided')
    expect(verdictOf([above({ ...a, of: 'nobody' }, 0.9)], [1], [1]).verdict).toBe('undecided')
  })
  it('needs all of its rules', () => {
    expect(verdictOf([above(a, b), near(a, 0.7, 0.05)], [0.7, 0.9], [0.6, 0.8]).claims[0]).toMatchObject({ holds: 1 })
  })
  it('reports the compared values', () => {
    const { claims } = verdictOf([above(a, b)], [0.5, 0.7], [0.4, 0.5])
    expect(claims[0]?.rules[0]).toMatchObject({ left: { mean: 0.6 }, right: { mean: 0.45 } })
  })
})

describe('rules', () => {
  it.each([
    ['above by a margin: the margin itself is not enough', above(a, b, 0.25), 0.75, 0.5, false],
    ['above by a margin', above(a, b, 0.25), 0.76, 0.5, true],
    ['near: the tolerance itself is enough', near(a, b, 0.25), 0.25, 0.5, true],
    ['near', near(a, b, 0.25), 0.24, 0.5, false],
    ['a multiple', near(a, { ...b, times: 2 }, 0), 1, 0.5, true],
    ['what was never reached comes after everything', above(a, 1e9), Infinity, 0, true],
  ])('%s', (_, rule, left, right, holds) => {
    expect(verdictOf([rule], [left], [right]).verdict).toBe(holds ? 'supported' : 'contradicted')
  })
  it('count from the end of a row if the index is negative', () => {
    expect(verdictOf([near({ ...a, at: -1 }, 3, 0)], [[1, 2, 3]], [0]).verdict).toBe('supported')
  })
})

describe('an experiment', () => {
  it('has the verdict of its weakest claim', () => {
    const claims = [above(a, b), above(b, a)].map((rule, index) => ({ id: String(index), rules: [rule] }))
    const experiment: Experiment = { id: 'x', questions: [1], variations: [], measures: ['accuracy'], claims }
    expect(judge(experiment, { a: [{ accuracy: 1 }], b: [{ accuracy: 0 }] }).verdict).toBe('contradicted')
  })
})

it('the deviation divides by n − 1', () => {
  expect(summarise([1, 2, 3, 4])).toEqual({ mean: 2.5, deviation: Math.sqrt(5 / 3) })
  expect(summarise([7])).toEqual({ mean: 7, deviation: 0 })
})
