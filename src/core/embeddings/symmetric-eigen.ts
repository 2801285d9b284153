/**
 * Eigenvalues and eigenvectors of a real symmetric matrix: reduction to tridiagonal form by Householder reflections, then the QL algorithm with
 * implicit shifts, as in EISPACK's tred2 and tql2 (Bowdler, Martin, Reinsch & Wilkinson 1968).
 */

export interface SymmetricEigen {
  /** In descending order. */
  readonly values: Float64Array
  /** Row-major (n, n): row i is the unit eigenvector of value i, whose largest component by magnitude is positive. */
  readonly vectors: Float64Array
}

/** QL steps per eigenvalue before giving up; usually one or two suffice. */
const mostSteps = 60

/** `matrix` is row-major (n, n) and symmetric. Null if it has values that are not finite, or if the algorithm does not converge. */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen | null {
  if (!matrix.every(Number.isFinite)) return null
  const v = Array.from({ length: n }, (_, row) => matrix.slice(row * n, (row + 1) * n))
  const [d, e] = [new Float64Array(n), new Float64Array(n)]
  if (n > 0) tridiagonalise(v, d, e)
  if (!iterate(v, d, e)) return null
  const order = Array.from(d.keys()).sort((a, b) => d[b]! - d[a]!)
  const vectors = new Float64Array(n * n)
  order.forEach((column, row) => {
    let largest = 0
    for (let k = 0; k < n; k++) if (Math.abs(v[k]![column]!) > Math.abs(largest)) largest = v[k]![column]!
    const sign = largest < 0 ? -1 : 1
    for (let k = 0; k < n; k++) vectors[row * n + k] = sign * v[k]![column]!
  })
  return { values: Float64Array.from(order, (column) => d[column]!), vectors }
}

/** Householder reduction. Leaves the diagonal in `d`, the subdiagonal in `e`, and the transformation in `v`. */
function tridiagonalise(v: readonly Float64Array[], d: Float64Array, e: Float64Array): void {
  const n = d.length
  d.set(v[n - 1]!)
  for (let i = n - 1; i > 0; i--) {
    let scale = 0
    let h = 0
    for (let k = 0; k < i; k++) scale += Math.abs(d[k]!)
    if (scale === 0) {
      e[i] = d[i - 1]!
      for (let j = 0; j < i; j++) {
        d[j] = v[i - 1]![j]!
        v[i]![j] = 0
        v[j]![i] = 0
      }
    } else {
      for (let k = 0; k < i; k++) {
        d[k]! /= scale
        h += d[k]! * d[k]!
      }
      const f = d[i - 1]!
      const g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h)
      e[i] = scale * g
      h -= f * g
      d[i - 1] = f - g
      e.fill(0, 0, i)
      for (let j = 0; j < i; j++) {
        const factor = d[j]!
        v[j]![i] = factor
        let sum = e[j]! + v[j]![j]! * factor
        for (let k = j + 1; k < i; k++) {
          sum += v[k]![j]! * d[k]!
          e[k]! += v[k]![j]! * factor
        }
        e[j] = sum
      }
      let dot = 0
      for (let j = 0; j < i; j++) {
        e[j]! /= h
        dot += e[j]! * d[j]!
      }
      const half = dot / (h + h)
      for (let j = 0; j < i; j++) e[j]! -= half * d[j]!
      for (let j = 0; j < i; j++) {
        const [first, second] = [d[j]!, e[j]!]
        for (let k = j; k < i; k++) v[k]![j]! -= first * e[k]! + second * d[k]!
        d[j] = v[i - 1]![j]!
        v[i]![j] = 0
      }
    }
    d[i] = h
  }
  for (let i = 0; i < n - 1; i++) {
    v[n - 1]![i] = v[i]![i]!
    v[i]![i] = 1
    const h = d[i + 1]!
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = v[k]![i + 1]! / h
      for (let j = 0; j <= i; j++) {
        let g = 0
        for (let k = 0; k <= i; k++) g += v[k]![i + 1]! * v[k]![j]!
        for (let k = 0; k <= i; k++) v[k]![j]! -= g * d[k]!
      }
    }
    for (let k = 0; k <= i; k++) v[k]![i + 1] = 0
  }
  d.set(v[n - 1]!)
  v[n - 1]!.fill(0)
  v[n - 1]![n - 1] = 1
  e[0] = 0
}

/** QL with implicit shifts: the eigenvalues into `d`, the eigenvectors into the columns of `v`. False if it does not converge. */
function iterate(v: readonly Float64Array[], d: Float64Array, e: Float64Array): boolean {
  const n = d.length
  e.copyWithin(0, 1)
  if (n > 0) e[n - 1] = 0
  let f = 0
  let size = 0
  for (let l = 0; l < n; l++) {
    size = Math.max(size, Math.abs(d[l]!) + Math.abs(e[l]!))
    let m = l
    while (m < n - 1 && Math.abs(e[m]!) > Number.EPSILON * size) m++
    for (let steps = 0; m > l && Math.abs(e[l]!) > Number.EPSILON * size; steps++) {
      if (steps === mostSteps) return false
      // The shift.
      const g = d[l]!
      const p = (d[l + 1]! - g) / (2 * e[l]!)
      const r = p < 0 ? -Math.hypot(p, 1) : Math.hypot(p, 1)
      d[l] = e[l]! / (p + r)
      d[l + 1] = e[l]! * (p + r)
      const next = d[l + 1]!
      const shift = g - d[l]!
      for (let i = l + 2; i < n; i++) d[i]! -= shift
      f += shift
      // QL.
      let x = d[m]!
      let [c, c2, c3, s, s2] = [1, 1, 1, 0, 0]
      const after = e[l + 1]!
      for (let i = m - 1; i >= l; i--) {
        c3 = c2
        c2 = c
        s2 = s
        const g1 = c * e[i]!
        const h = c * x
        const length = Math.hypot(x, e[i]!)
        e[i + 1] = s * length
        s = e[i]! / length
        c = x / length
        x = c * d[i]! - s * g1
        d[i + 1] = h + s * (c * g1 + s * d[i]!)
        for (const row of v) {
          const [left, right] = [row[i]!, row[i + 1]!]
          row[i + 1] = s * left + c * right
          row[i] = c * left - s * right
        }
      }
      x = (-s * s2 * c3 * after * e[l]!) / next
      e[l] = s * x
      d[l] = c * x
    }
    d[l]! += f
    e[l] = 0
  }
  return true
}
