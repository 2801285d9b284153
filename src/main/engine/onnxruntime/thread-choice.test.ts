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

  it('falls on what is fastest, each tried for 50 ms after five steps that do not count', () => {
    const { choice, taken, step } = trained([8, 4, 1], (threads) => ({ 8: 5, 4: 4, 1: 4.5 })[threads]!)
    step(5 + 10 + 13 + 11)
    expect(choice.chosen).toBeNull()
    step(1)
    expect(choice.chosen).toBe(4)
    expect(choice.current).toBe(4)
    const times = (count: number, threads: number) => Array<number>(count).fill(threads)
    expect(taken).toEqual([...times(5 + 10, 8), ...times(13, 4), ...times(12, 1)])
  })

  it('goes by the median: one step that was disturbed decides nothing', () => {
    const times = [20, 20, 20, 20, 20, 20, 20, 90, 22, 22, 22]
    const { choice, step } = trained([2, 1], () => times.shift()!)
    step(11)
    expect(choice.chosen).toBe(2)
  })

  it('is done with a number of threads after one step that is clearly slower', () => {
    const { choice, taken, step } = trained([2, 1], (threads) => ({ 2: 400, 1: 800 })[threads]!)
    step(9)
    expect(choice.chosen).toBe(2)
    expect(taken).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 1])
  })

  it('never falls on what was excluded', () => {
    const { choice, step } = trained([4, 2, 1], (threads) => threads)
    step(5 + 13)
    expect(choice.current).toBe(2)
    choice.exclude()
    expect(choice.current).toBe(1)
    choice.exclude()
    expect(choice.chosen).toBe(4)
    step(40_000)
    expect(choice.current).toBe(4)
  })

  it('is looked at again after ten seconds, when the machine may have other work', () => {
    const { choice, step, wait } = trained([2, 1], (threads) => ({ 2: 6, 1: 10 })[threads]!)
    step(5 + 9 + 1)
    expect(choice.chosen).toBe(2)
    const busy = (threads: number): number => ({ 2: 30, 1: 12 })[threads]!
    step(100, busy)
    expect(choice.current).toBe(2)
    wait(10_000)
    step(3 + 5, busy)
    expect(choice.chosen).toBe(1)
  })

  it('stays where another is hardly faster', () => {
    const { choice, step, wait } = trained([2, 1], (threads) => ({ 2: 10, 1: 11 })[threads]!)
    step(5 + 5 + 5)
    wait(10_000)
    step(5 + 6, (threads) => ({ 2: 10, 1: 9.8 })[threads]!)
    expect(choice.chosen).toBe(2)
  })

  it('costs less than a hundredth of the time', () => {
    const { taken, step, choice } = trained([2, 1], (threads) => ({ 2: 400, 1: 800 })[threads]!)
    step(9)
    step(2000)
    expect(choice.current).toBe(2)
    expect(taken.slice(9).filter((threads) => threads === 1).length * 800).toBeLessThan(0.01 * 2000 * 400)
  })
})
