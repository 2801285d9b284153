import { describe, expect, it } from 'vitest'
import { blockOf, type Condition } from './conditions'

describe('the block of a condition', () => {
  it.each<[Condition, string | null]>([
    [{ is: 'param', node: 'attention-1', param: 'scale', value: 'none' }, 'attention-1'],
    [{ is: 'selected', node: 'norm' }, 'norm'],
    [{ is: 'wired', from: 'position.y', to: 'attention.x' }, 'position'],
    [{ is: 'muted', gate: 'attention-1/heads', index: 0 }, 'attention-1'],
    [{ is: 'step', atLeast: 3 }, null],
    [{ is: 'training', setting: 'batchSize', value: 1 }, null],
  ])('%j is %s', (condition, block) => {
    expect(blockOf(condition)).toBe(block)
  })
})
