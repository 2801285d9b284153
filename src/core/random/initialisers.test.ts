import { describe, expect, it } from 'vitest'
import { initialise } from './initialisers'

const deviation = (values: Float32Array): number => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length)

describe('initialise', () => {
  it('fills constants', () => {
    expect(initialise({ kind: 'zeros' }, [2, 3], 1, 'w')).toEqual(new Float32Array(6))
    expect(initialise({ kind: 'ones' }, [3], 1, 'w')).toEqual(new Float32Array(3).fill(1))
    expect(initialise({ kind: 'zeros' }, [], 1, 'w')).toEqual(new Float32Array(1))
  })

  it('draws normal and uniform values of the given spread', () => {
    expect(deviation(initialise({ kind: 'normal', deviation: 0.02 }, [300, 300], 1, 'w'))).toBeCloseTo(0.02, 3)
    const uniform = initialise({ kind: 'uniform', limit: 0.3 }, [300, 300], 1, 'w')
    expect(deviation(uniform)).toBeCloseTo(0.3 / Math.sqrt(3), 2)
    expect(Math.max(...uniform.map(Math.abs))).toBeLessThanOrEqual(Math.fround(0.3))
  })

  it('scales Xavier by both fans: limit √(6 / (in + out))', () => {
    const values = initialise({ kind: 'xavier' }, [200, 400], 1, 'w')
    expect(Math.max(...values.map(Math.abs))).toBeCloseTo(0.1, 4) // √(6 / 600)
    expect(deviation(values)).toBeCloseTo(0.1 / Math.sqrt(3), 3)
  })

  it('scales He by fan in: deviation √(2 / in)', () => {
    expect(deviation(initialise({ kind: 'he' }, [200, 400], 1, 'w'))).toBeCloseTo(0.1, 3)
    // All axes but the last count as fan in.
    expect(deviation(initialise({ kind: 'he' }, [4, 50, 400], 1, 'w'))).toBeCloseTo(0.1, 3)
  })

  it('is a pure function of seed and name', () => {
    const draw = (seed: number, name: string): Float32Array => initialise({ kind: 'xavier' }, [8, 8], seed, name)
    expect(draw(1, 'attention/query')).toEqual(draw(1, 'attention/query'))
    expect(draw(1, 'attention/query')).not.toEqual(draw(1, 'attention/key'))
    expect(draw(1, 'attention/query')).not.toEqual(draw(2, 'attention/query'))
  })
})
