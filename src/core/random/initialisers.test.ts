import { describe, expect, it } from 'vitest'
import { initialise, initialiserSchema, type Initialiser } from './initialisers'

const deviation = (values: Float32Array): number => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length)
const largest = (values: Float32Array): number => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0)

describe('initialise', () => {
  it('fills constants', () => {
    expect(initialise({ kind: 'zeros' }, [2, 3], 1, 'w')).toEqual(new Float32Array(6))
    expect(initialise({ kind: 'ones' }, [3], 1, 'w')).toEqual(new Float32Array(3).fill(1))
    expect(initialise({ kind: 'zeros' }, [], 1, 'w')).toEqual(new Float32Array(1))
  })

  it('takes values as written, times the gain', () => {
    const rows = ['1 -2 0.5', '0 1e-3 4']
    expect(initialise({ kind: 'values', rows }, [2, 3], 1, 'w')).toEqual(Float32Array.of(1, -2, 0.5, 0, 1e-3, 4))
    expect(initialise({ kind: 'values', rows, gain: 2 }, [2, 3], 1, 'w')[5]).toBe(8)
  })

  it.each([
    [5, 5],
    [3, 5],
    [5, 3],
  ])('draws a permutation of %d × %d: one 1 in each row, and columns used alike', (rows, columns) => {
    const matrix = initialise({ kind: 'permutation' }, [rows, columns], 7, 'w')
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
    for (let row = 0; row < rows; row++) expect(sum(Array.from(matrix.subarray(row * columns, (row + 1) * columns)))).toBe(1)
    const used = Array.from({ length: columns }, (_, column) =>
      sum(Array.from({ length: rows }, (__, row) => matrix[row * columns + column]!)),
    )
    expect(Math.max(...used) - Math.min(...used)).toBeLessThanOrEqual(1)
    expect(initialise({ kind: 'permutation' }, [rows, columns], 8, 'w')).not.toEqual(matrix)
  })

  it('draws normal and uniform values of the given spread', () => {
    expect(deviation(initialise({ kind: 'normal', deviation: 0.02 }, [300, 300], 1, 'w'))).toBeCloseTo(0.02, 3)
    const uniform = initialise({ kind: 'uniform', limit: 0.3 }, [300, 300], 1, 'w')
    expect(deviation(uniform)).toBeCloseTo(0.3 / Math.sqrt(3), 2)
    expect(largest(uniform)).toBeLessThanOrEqual(Math.fround(0.3))
  })

  it.each<[Initialiser['kind'], number, number]>([
    // torch.nn.init on a weight of 400 outputs and 200 inputs: bound of the uniform ones (∞ for normal ones), deviation of all.
    ['xavier', 0.1, 0.1 / Math.sqrt(3)], // xavier_uniform_: √(6 / 600)
    ['xavier-normal', Infinity, Math.sqrt(2 / 600)], // xavier_normal_
    ['he', Infinity, 0.1], // kaiming_normal_: √(2 / 200)
    ['he-uniform', Math.sqrt(6 / 200), 0.1], // kaiming_uniform_
  ])('spreads %s as PyTorch does', (kind, bound, spread) => {
    const values = initialise({ kind } as Initialiser, [200, 400], 1, 'w')
    expect(deviation(values) / spread).toBeCloseTo(1, 2)
    const most = largest(values)
    if (bound === Infinity) expect(most).toBeGreaterThan(3.5 * spread)
    else expect(most / bound).toBeCloseTo(1, 3)
    expect(most).toBeLessThanOrEqual(Math.fround(bound))
    // Symmetric around 0.
    expect(Math.abs(values.reduce((sum, x) => sum + x, 0) / values.length)).toBeLessThan(spread / 50)
  })

  it('counts all axes but the last as fan in', () => {
    expect(deviation(initialise({ kind: 'he' }, [4, 50, 400], 1, 'w'))).toBeCloseTo(0.1, 3)
  })

  it.each([
    [20, 20],
    [8, 30],
    [30, 8],
  ])('draws an orthogonal matrix of %d × %d: the shorter sides at right angles, of length 1', (rows, columns) => {
    const q = initialise({ kind: 'orthogonal' }, [rows, columns], 3, 'w')
    const at = (row: number, column: number): number => q[row * columns + column]!
    const wide = rows <= columns
    const [count, size] = wide ? [rows, columns] : [columns, rows]
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        let product = 0 // of QQᵀ or QᵀQ
        for (let k = 0; k < size; k++) product += wide ? at(i, k) * at(j, k) : at(k, i) * at(k, j)
        expect(product).toBeCloseTo(i === j ? 1 : 0, 6)
      }
    }
  })

  it('prefers no direction: entries of orthogonal matrices have mean 0 and variance 1/n', () => {
    const entries = Float32Array.from({ length: 2000 }, (_, i) => initialise({ kind: 'orthogonal' }, [4, 4], 1, `w${i}`)[0]!)
    expect(entries.reduce((sum, x) => sum + x, 0) / 2000).toBeCloseTo(0, 1)
    expect(deviation(entries)).toBeCloseTo(0.5, 1)
  })

  it('makes the identity, cut to the shape', () => {
    expect([...initialise({ kind: 'identity' }, [2, 3], 1, 'w')]).toEqual([1, 0, 0, 0, 1, 0])
    expect([...initialise({ kind: 'identity' }, [3, 2], 1, 'w')]).toEqual([1, 0, 0, 1, 0, 0])
  })

  it('multiplies by the gain', () => {
    const kinds = ['xavier', 'xavier-normal', 'he', 'he-uniform', 'orthogonal', 'identity', 'ones'] as const
    for (const kind of kinds) {
      const plain = initialise({ kind }, [6, 4], 1, 'w')
      expect(initialise({ kind, gain: 2 }, [6, 4], 1, 'w')).toEqual(plain.map((x) => 2 * x))
    }
  })

  it.each(['xavier', 'orthogonal'] as const)('is a pure function of seed and name: %s', (kind) => {
    const draw = (seed: number, name: string): Float32Array => initialise({ kind }, [8, 8], seed, name)
    expect(draw(1, 'attention/query')).toEqual(draw(1, 'attention/query'))
    expect(draw(1, 'attention/query')).not.toEqual(draw(1, 'attention/key'))
    expect(draw(1, 'attention/query')).not.toEqual(draw(2, 'attention/query'))
  })
})

describe('the initialiser of a single weight', () => {
  it('has usual values for what is left out', () => {
    expect(initialiserSchema.parse({ kind: 'orthogonal' })).toEqual({ kind: 'orthogonal', gain: 1 })
    expect(initialiserSchema.parse({ kind: 'normal', gain: 2 })).toEqual({ kind: 'normal', deviation: 0.02, gain: 2 })
  })

  it.each([{ kind: 'glorot' }, { kind: 'normal', deviation: 0 }, { kind: 'he', gain: 'large' }, {}])('refuses %j', (value) => {
    expect(initialiserSchema.safeParse(value).success).toBe(false)
  })
})
