import { describe, expect, it } from 'vitest'
import { isReached } from './goal'

describe('a goal', () => {
  const goal = { metric: 'accuracy', atLeast: 0.9, steps: 100 }
  const at = (step: number, accuracy: number) => ({ step, metrics: { accuracy } })

  it('is reached by a good enough evaluation in time, whatever follows', () => {
    expect(isReached(goal, [at(50, 0.8), at(100, 0.9), at(150, 0.2)])).toBe(true)
  })
  it.each([
    ['before anything is evaluated', []],
    ['by too little', [at(50, 0.8999)]],
    ['too late', [at(101, 1)]],
    ['by what is no number', [at(50, NaN)]],
    ['by another metric', [{ step: 50, metrics: { exactMatch: 1 } }]],
  ])('is not reached %s', (_, evaluations) => expect(isReached(goal, evaluations)).toBe(false))
})
