/** Principal axes, projections, neighbours and eigenvalues agree with NumPy. */
import { describe, expect, it, test } from 'vitest'
import fixture from './fixtures/pca.json'
import { neighboursOf } from './neighbours'
import { principalAxes, project } from './principal-axes'
import { symmetricEigen } from './symmetric-eigen'

const close = (found: ArrayLike<number>, expected: readonly number[], tolerance = 1e-5): void => {
  expect(found.length).toBe(expected.length)
  for (const [index, value] of expected.entries()) expect(Math.abs(found[index]! - value)).toBeLessThan(tolerance)
}

describe(`recorded with ${fixture.madeBy}`, () => {
  it.each(fixture.tables.map((each) => [each.name, each] as const))('table: %s', (_, each) => {
    const [rows = 0, columns = 0] = each.shape
    const table = { rows, columns, data: Float32Array.from(each.table) }
    const axes = principalAxes(table)!
    close(axes.mean, each.mean)
    close(axes.first, each.axes[0]!)
    close(axes.second, each.axes[1]!)
    for (const wanted of [each, each.later]) {
      if (!wanted) continue
      const { x, y, shares } = project({ ...table, data: Float32Array.from(wanted.table) }, axes)
      close(
        Array.from(x).flatMap((value, row) => [value, y[row]!]),
        wanted.coordinates,
      )
      close(shares, wanted.shares)
    }
    for (let row = 0; row < rows; row++) {
      const found = neighboursOf(table, row, 5)
      expect(found.map((neighbour) => neighbour.row)).toEqual(each.neighbours[row])
      close(
        found.map(({ cosine }) => cosine),
        each.cosines[row]!,
      )
    }
  })

  it.each(fixture.symmetric.map((each) => [each.name, each] as const))('symmetric matrix: %s', (_, { size, data, values }) => {
    const found = symmetricEigen(Float64Array.from(data), size)!
    const largest = Math.max(...values.map(Math.abs), 1e-300)
    close(found.values, values, 1e-12 * size * largest + 1e-300)
    // A·v = λ·v, and the vectors are orthonormal.
    for (let row = 0; row < size; row++) {
      const vector = found.vectors.subarray(row * size, (row + 1) * size)
      for (let i = 0; i < size; i++) {
        const image = vector.reduce((sum, value, j) => sum + data[i * size + j]! * value, 0)
        expect(Math.abs(image - found.values[row]! * vector[i]!)).toBeLessThan(1e-12 * size * largest + 1e-300)
        const other = found.vectors.subarray(i * size, (i + 1) * size)
        const product = vector.reduce((sum, value, j) => sum + value * other[j]!, 0)
        expect(product).toBeCloseTo(Number(i === row), 12)
      }
    }
  })
})

describe('what has no axes', () => {
  const table = (rows: number, columns: number, value: (index: number) => number) => ({
    ...{ rows, columns },
    data: Float32Array.from({ length: rows * columns }, (_, index) => value(index)),
  })
  test('values that are not finite', () => expect(principalAxes(table(4, 3, (i) => (i === 5 ? NaN : i)))).toBeNull())
  test('equal vectors', () => expect(principalAxes(table(4, 3, () => 2))).toBeNull())
  test('a single vector', () => expect(principalAxes(table(1, 3, (i) => i))).toBeNull())
  test('very wide vectors', () => expect(principalAxes(table(2, 641, (i) => i))).toBeNull())
})

test('vectors of one feature have one axis', () => {
  const table = { rows: 3, columns: 1, data: [1, 2, 6] }
  const { x, y, shares } = project(table, principalAxes(table)!)
  expect([...x]).toEqual([-2, -1, 3])
  expect([...y]).toEqual([0, 0, 0])
  expect(shares).toEqual([1, 0])
})

test('a zero vector is similar to none; NaN is the last neighbour', () => {
  const data = [1, 0, 0, 0, 1, 1, NaN, 0]
  const found = neighboursOf({ rows: 4, columns: 2, data }, 0, 10)
  expect(found.map(({ row }) => row)).toEqual([2, 1, 3])
  expect(found[0]!.cosine).toBeCloseTo(Math.SQRT1_2, 12)
  expect([found[1]!.cosine, found[2]!.cosine]).toEqual([0, NaN])
})
