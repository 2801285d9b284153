/** Costs against counts by hand. */
import { describe, expect, it } from 'vitest'
import { gradients } from './autodiff'
import { ProgramBuilder } from './builder'
import { costOf } from './cost'

const state = (role: 'weight' | 'buffer' | 'moment', shape: readonly number[], trainable: boolean) => ({
  name: `linear/${role}${String(trainable)}`,
  block: 'linear',
  role,
  shape,
  initialiser: { kind: 'zeros' as const },
  trainable,
  decay: false,
})

describe('costOf', () => {
  it('counts trainable weights only as parameters, and all states as memory', () => {
    const b = new ProgramBuilder()
    b.state(state('weight', [3, 4], true))
    b.state(state('weight', [5], false))
    b.state(state('buffer', [7], false))
    b.state(state('moment', [3, 4], false))
    expect(costOf(b.build())).toMatchObject({ parameters: 12, stateBytes: 4 * (12 + 5 + 7 + 12) })
  })

  it('counts two operations for each multiplication and addition of a matrix product, forward and twice backward', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [2, 8, 3], 'float32')
    const w = b.state(state('weight', [3, 4], true))
    const y = b.withBlock('linear', () => b.matmul(x, w))
    const loss = b.withBlock('loss', () => b.sum(y, [0, 1, 2]))
    b.output('loss', loss)
    const found = gradients(b, loss, [x, w])
    for (const value of found.values()) b.output(`g${value.id}`, value)
    const { flops } = costOf(b.build())
    const product = 2 * 2 * 8 * 3 * 4
    expect(flops.blocks.get('linear')).toBe(3 * product)
    expect(flops.phases).toEqual({ forward: product + 64, backward: 2 * product, update: 0 })
    expect(flops.total).toBe(3 * product + 64)
  })

  it('sums what is live at the fullest moment', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [10], 'float32')
    // Each value dies once the next is there: the input and two of the chain at a time.
    const end = b.sum(b.exp(b.exp(b.exp(b.exp(x)))), 0)
    b.output('y', end)
    expect(costOf(b.build()).bytes).toBe(4 * (10 + 10 + 10))

    // Held until the end, the first of the chain adds its own.
    const held = new ProgramBuilder()
    const first = held.exp(held.dataInput('x', [10], 'float32'))
    held.output('y', held.mul(first, held.exp(held.exp(first))))
    expect(costOf(held.build()).bytes).toBe(4 * (10 + 30))
  })

  it('counts a reshape as the same memory, alive as long as either', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [10], 'float32')
    b.output('y', b.reshape(b.exp(b.reshape(b.exp(x), [2, 5])), [10]))
    expect(costOf(b.build()).bytes).toBe(4 * 30)
  })

  it('is nothing for an empty program', () => {
    const { parameters, flops, bytes, stateBytes } = costOf(new ProgramBuilder().build())
    expect([parameters, flops.total, bytes, stateBytes]).toEqual([0, 0, 0, 0])
  })
})
