import { expect, it } from 'vitest'
import { shuffled } from './shuffle'

it('gives every number once, and the same order for the same text', () => {
  const order = shuffled(5, 'scaling/quiz-variance')
  expect(order.toSorted()).toEqual([0, 1, 2, 3, 4])
  expect(shuffled(5, 'scaling/quiz-variance')).toEqual(order)
})

it('puts each option in each place about as often', () => {
  const first = Array.from({ length: 400 }, (_, text) => shuffled(4, `lesson/${text}`)[0])
  for (const option of [0, 1, 2, 3]) {
    const times = first.filter((each) => each === option).length
    expect(times).toBeGreaterThan(70)
    expect(times).toBeLessThan(130)
  }
})

it('shuffles nothing and one thing', () => expect([shuffled(0, 'a'), shuffled(1, 'a')]).toEqual([[], [0]]))
