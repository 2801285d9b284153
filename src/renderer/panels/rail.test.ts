import { describe, expect, it } from 'vitest'
import type { Mark } from '../stores/marks'
import { clustersOf, stepFrom } from './rail'

const best = (step: number): Mark => ({ kind: 'best', step })
const spike = (step: number): Mark => ({ kind: 'spike', step, value: 2, usual: 1 })
const formed = (step: number, ...heads: number[]): Mark => ({
  ...{ kind: 'formed', step, score: 'induction', after: 0 },
  heads: heads.map((head) => ({ block: 'attention', head })),
})

describe('marks on the rail', () => {
  it('are single where there is room: 24 pixels apart on 240 pixels of 1,000 steps', () => {
    expect(clustersOf([best(100), best(200), best(300)], 1000, 240).map(({ step }) => step)).toEqual([100, 200, 300])
  })
  it('are one where they would cover each other, with the sign of the most important and the number of all', () => {
    const clusters = clustersOf([formed(100, 0, 2, 3), best(150), spike(180), best(201)], 1000, 240)
    expect(clusters.map(({ step, kind, count }) => [step, kind, count])).toEqual([
      [100, 'spike', 5],
      [201, 'best', 1],
    ])
  })
  it('are all one on a rail without width, or without steps', () => {
    expect(clustersOf([best(1), best(500)], 1000, 0)).toHaveLength(1)
    expect(clustersOf([best(0), best(1)], 0, 0)).toHaveLength(1)
    expect(clustersOf([], 10, 100)).toEqual([])
  })
  it('lead to their first step, and from there to each of the others', () => {
    const [cluster] = clustersOf([best(10), best(12), spike(12), best(15)], 1000, 240)
    expect(stepFrom(cluster!, 400)).toBe(10)
    expect(stepFrom(cluster!, 10)).toBe(12)
    expect(stepFrom(cluster!, 12)).toBe(15)
    expect(stepFrom(cluster!, 15)).toBe(10)
  })
})
