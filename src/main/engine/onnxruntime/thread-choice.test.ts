import { describe, expect, it } from 'vitest'
import { ThreadChoice, threadCounts } from './thread-choice'

/** A choice with a clock of its own, and steps that take as long as `cost` says for a number of threads. */
function trained(counts: readonly number[], cost: (threads: number) => number) {
  let clock = 0
  const choice = new ThreadChoice(counts, () => clock)
  const taken: number[] = []
  return {
    choice,
    taken,
    step: (count: number, costs = cost): void => {
      for (let i = 0; i < count; i++) {
        const milliseconds = costs(choice.current)
        clock += milliseconds
        taken.push(choice.current)
        choice.add(milliseconds)
      }
    },
    wait: (milliseconds: number) => (clock += milliseconds),
  }
}

it('tries all, half of them and one', () => {
  expect([1, 2, 3, 8].map(threadCounts)).toEqual([[1], [2, 1], [3, 2, 1], [8, 4, 1]])
})

describe('the choice', () => {
  it('has nothing to try on one core', () => {
    const { choice } = trained([1], () => 1)
    expect(choice.chosen).toBe(1)
  })

  it('falls on what is fastest, each tried for 20 ms after two steps that do not count', () => {
    const { choice, taken, step } = trained([8, 4, 1], (threads) => ({ 8: 5, 4: 4, 1: 4.5 })[threads]!)
    step(2 + 4 + 5 + 4)
    expect(choice.chosen).toBeNull()
    step(1)
    expect(choice.chosen).toBe(4)
    expect(choice.current).toBe(4)
    expect(taken).toEqual([8, 8, ...Array<number>(4).fill(8), ...Array<number>(5).fill(4), ...Array<number>(5).fill(1)])
  })

  it('goes by the median: one step that was disturbed decides nothing', () => {
    const times = [5, 5, 8, 8, 90, 10, 10, 10]
    const { choice, step } = trained([2, 1], () => times.shift()!)
    step(8)
    expect(choice.chosen).toBe(2)
  })

  it('is done with a number of threads after one step that is clearly slower', () => {
    const { choice, taken, step } = trained([2, 1], (threads) => ({ 2: 400, 1: 800 })[threads]!)
    step(6)
    expect(choice.chosen).toBe(2)
    expect(taken).toEqual([2, 2, 2, 2, 2, 1])
  })

  it('never falls on what was excluded', () => {
    const { choice, step } = trained([4, 2, 1], (threads) => threads)
    step(2 + 5)
    expect(choice.current).toBe(2)
    choice.exclude()
    expect(choice.current).toBe(1)
    choice.exclude()
    expect(choice.chosen).toBe(4)
    step(40_000)
    expect(choice.current).toBe(4)
  })

  it('is looked at again after half a minute, when the machine may have other work', () => {
    const { choice, step, wait } = trained([2, 1], (threads) => ({ 2: 6, 1: 10 })[threads]!)
    step(2 + 4 + 1)
    expect(choice.chosen).toBe(2)
    const busy = (threads: number): number => ({ 2: 30, 1: 12 })[threads]!
    step(100, busy)
    expect(choice.current).toBe(2)
    wait(30_000)
    step(3 + 3, busy)
    expect(choice.chosen).toBe(1)
  })

  it('stays where another is hardly faster', () => {
    const { choice, step, wait } = trained([2, 1], (threads) => ({ 2: 10, 1: 11 })[threads]!)
    step(2 + 3 + 3)
    wait(30_000)
    step(3 + 3, (threads) => ({ 2: 10, 1: 9.8 })[threads]!)
    expect(choice.chosen).toBe(2)
  })

  it('costs less than a hundredth of the time', () => {
    const { taken, step, choice } = trained([2, 1], (threads) => ({ 2: 400, 1: 800 })[threads]!)
    step(6)
    step(2000)
    expect(choice.current).toBe(2)
    expect(taken.slice(6).filter((threads) => threads === 1).length * 800).toBeLessThan(0.01 * 2000 * 400)
  })
})
