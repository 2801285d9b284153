/**
 * Eigenvalues of a real square matrix: reduction to Hessenberg form by stabilised elimination, then the QR algorithm with double shifts
 * (Francis 1961), as in EISPACK's elmhes and hqr (Wilkinson & Reinsch 1971).
 */
import type { Matrix } from './matrix'

export interface Complex {
  readonly re: number
  readonly im: number
}

/** QR steps per eigenvalue before giving up; usually two or three suffice. */
const mostSteps = 60

/** In no particular order; null if the matrix has values that are not finite, or if the algorithm does not converge. */
export function eigenvalues({ rows: size, columns, data }: Matrix): Complex[] | null {
  if (size !== columns) throw new RangeError(`eigenvalues of ${size} × ${columns}`)
  if (!data.every(Number.isFinite)) return null
  const a = Array.from({ length: size }, (_, row) => data.slice(row * size, (row + 1) * size))
  reduce(a)
  return iterate(a)
}

/** To upper Hessenberg form, in place: similar, and zero below the first subdiagonal. */
function reduce(a: Float64Array[]): void {
  const size = a.length
  for (let m = 1; m < size - 1; m++) {
    let pivot = m
    for (let i = m; i < size; i++) if (Math.abs(a[i]![m - 1]!) > Math.abs(a[pivot]![m - 1]!)) pivot = i
    const x = a[pivot]![m - 1]!
    if (x === 0) continue
    if (pivot !== m) {
      for (let j = m - 1; j < size; j++) [a[pivot]![j], a[m]![j]] = [a[m]![j]!, a[pivot]![j]!]
      for (const row of a) [row[pivot], row[m]] = [row[m]!, row[pivot]!]
    }
    for (let i = m + 1; i < size; i++) {
      const y = a[i]![m - 1]! / x
      if (y === 0) continue
      for (let j = m - 1; j < size; j++) a[i]![j]! -= y * a[m]![j]!
      a[i]![m - 1] = 0
      for (const row of a) row[m]! += y * row[i]!
    }
  }
}

/** Eigenvalues of an upper Hessenberg matrix, which it overwrites. */
function iterate(a: Float64Array[]): Complex[] | null {
  const found: Complex[] = []
  const norm = a.reduce((sum, row) => row.reduce((total, value) => total + Math.abs(value), sum), 0)
  const isNegligible = (row: number): boolean => {
    const around = Math.abs(a[row - 1]![row - 1]!) + Math.abs(a[row]![row]!) || norm
    return Math.abs(a[row]![row - 1]!) <= Number.EPSILON * around
  }
  let last = a.length - 1
  let shifted = 0
  for (let steps = 0; last >= 0; steps++) {
    let low = last
    while (low > 0 && !isNegligible(low)) low--
    if (low === last) {
      found.push({ re: a[last]![last]! + shifted, im: 0 })
      last--
      steps = -1
    } else if (low === last - 1) {
      found.push(...pairOf(a, last, shifted))
      last -= 2
      steps = -1
    } else {
      if (steps === mostSteps) return null
      if (steps % 10 === 9) shifted += exceptionalShift(a, last)
      doubleStep(a, low, last, steps % 10 === 9)
    }
  }
  return found
}

/** Eigenvalues of the 2 × 2 block that ends at `last`. */
function pairOf(a: Float64Array[], last: number, shifted: number): Complex[] {
  const [x, y] = [a[last]![last]!, a[last - 1]![last - 1]!]
  const w = a[last]![last - 1]! * a[last - 1]![last]!
  const half = (y - x) / 2
  const q = half * half + w
  const root = Math.sqrt(Math.abs(q))
  if (q < 0) return [1, -1].map((sign) => ({ re: x + shifted + half, im: sign * root }))
  const z = half + (half >= 0 ? root : -root)
  return [x + z, z === 0 ? x : x - w / z].map((value) => ({ re: value + shifted, im: 0 }))
}

/** Subtracts the last diagonal value, to leave a cycle. Returns what was subtracted. */
function exceptionalShift(a: Float64Array[], last: number): number {
  const x = a[last]![last]!
  for (let i = 0; i <= last; i++) a[i]![i]! -= x
  return x
}

/** One implicit double-shift QR step on the rows from `low` to `last`. */
function doubleStep(a: Float64Array[], low: number, last: number, exceptional: boolean): void {
  let [x, y] = [a[last]![last]!, a[last - 1]![last - 1]!]
  let w = a[last]![last - 1]! * a[last - 1]![last]!
  if (exceptional) {
    const s = Math.abs(a[last]![last - 1]!) + Math.abs(a[last - 1]![last - 2]!)
    x = y = 0.75 * s
    w = -0.4375 * s * s
  }
  let [p, q, r] = [0, 0, 0]
  let start = last - 2
  for (; start >= low; start--) {
    const z = a[start]![start]!
    const [fromX, fromY] = [x - z, y - z]
    p = (fromX * fromY - w) / a[start + 1]![start]! + a[start]![start + 1]!
    q = a[start + 1]![start + 1]! - z - fromX - fromY
    r = a[start + 2]![start + 1]!
    const s = Math.abs(p) + Math.abs(q) + Math.abs(r)
    p /= s
    q /= s
    r /= s
    if (start === low) break
    const left = Math.abs(a[start]![start - 1]!) * (Math.abs(q) + Math.abs(r))
    const right = Math.abs(p) * (Math.abs(a[start - 1]![start - 1]!) + Math.abs(z) + Math.abs(a[start + 1]![start + 1]!))
    if (left <= Number.EPSILON * right) break
  }
  for (let i = start + 2; i <= last; i++) {
    a[i]![i - 2] = 0
    if (i > start + 2) a[i]![i - 3] = 0
  }
  for (let k = start; k < last; k++) {
    let size = 0
    if (k > start) {
      p = a[k]![k - 1]!
      q = a[k + 1]![k - 1]!
      r = k < last - 1 ? a[k + 2]![k - 1]! : 0
      size = Math.abs(p) + Math.abs(q) + Math.abs(r)
      if (size === 0) continue
      p /= size
      q /= size
      r /= size
    }
    const s = p < 0 ? -Math.hypot(p, q, r) : Math.hypot(p, q, r)
    if (s === 0) continue
    if (k > start) a[k]![k - 1] = -s * size
    else if (low !== start) a[k]![k - 1] = -a[k]![k - 1]!
    p += s
    const [u, v, t] = [p / s, q / s, r / s]
    q /= p
    r /= p
    const hasThird = k < last - 1
    for (let j = k; j <= last; j++) {
      const sum = a[k]![j]! + q * a[k + 1]![j]! + (hasThird ? r * a[k + 2]![j]! : 0)
      a[k]![j]! -= sum * u
      a[k + 1]![j]! -= sum * v
      if (hasThird) a[k + 2]![j]! -= sum * t
    }
    for (let i = low; i <= Math.min(last, k + 3); i++) {
      const row = a[i]!
      const sum = u * row[k]! + v * row[k + 1]! + (hasThird ? t * row[k + 2]! : 0)
      row[k]! -= sum
      row[k + 1]! -= sum * q
      if (hasThird) row[k + 2]! -= sum * r
    }
  }
}
