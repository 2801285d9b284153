/**
 * Matrix product over the last two axes, (…, m, k) × (…, k, n) → (…, m, n). Leading axes are equal, or `b` has rank 2 and is
 * shared by all of them. A transpose attribute swaps the last two axes of that input first.
 */
import { defineOp, requireType } from '../define'
import type { Emitter } from '../emitter'
import { describeShape, lastSize, sameShape, sizeOf } from '../shapes'
import type { Shape, Value } from '../types'

declare module '../types' {
  interface OpAttributes {
    matmul: { readonly transposeA: boolean; readonly transposeB: boolean }
  }
}

/** Rows and columns of the matrices in `shape`, after the transpose. */
function matrixOf(shape: Shape, transposed: boolean): [rows: number, columns: number] {
  const rows = shape.at(-2) ?? 1
  return transposed ? [lastSize(shape), rows] : [rows, lastSize(shape)]
}

/** (…, m, k) as (… · m, k). */
function flatten(x: Value, e: Emitter): Value {
  return e.reshape(x, [sizeOf(x.shape.slice(0, -1)), lastSize(x.shape)])
}

function swapLastAxes(x: Value, e: Emitter): Value {
  const rank = x.shape.length
  return e.transpose(
    x,
    x.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis)),
  )
}

export const matmul = defineOp({
  kind: 'matmul',
  arity: 2,
  infer([a, b], { transposeA, transposeB }) {
    requireType('matmul', 'float32', a, b)
    if (a.shape.length < 2 || b.shape.length < 2) {
      throw new TypeError(`matmul: takes matrices, got ${describeShape(a.shape)} and ${describeShape(b.shape)}`)
    }
    const leading = a.shape.slice(0, -2)
    if (b.shape.length > 2 && !sameShape(leading, b.shape.slice(0, -2))) {
      throw new TypeError(`matmul: leading sizes differ, ${describeShape(a.shape)} and ${describeShape(b.shape)}`)
    }
    const [rows, inner] = matrixOf(a.shape, transposeA)
    const [otherInner, columns] = matrixOf(b.shape, transposeB)
    if (inner !== otherInner) throw new TypeError(`matmul: inner sizes differ, ${inner} and ${otherInner}`)
    return { shape: [...leading, rows, columns], dtype: 'float32' }
  },
  compute([a, b], { transposeA, transposeB }, shape) {
    const [rows, inner] = matrixOf(a.shape, transposeA)
    const columns = lastSize(shape)
    const result = new Float64Array(sizeOf(shape))
    const [aRow, aInner] = transposeA ? [1, rows] : [inner, 1]
    const [bInner, bColumn] = transposeB ? [1, inner] : [columns, 1]
    for (let batch = 0; batch * rows * columns < result.length; batch++) {
      const aStart = batch * rows * inner
      const bStart = b.shape.length > 2 ? batch * inner * columns : 0
      for (let i = 0; i < rows; i++) {
        for (let k = 0; k < inner; k++) {
          const left = a.data[aStart + i * aRow + k * aInner]!
          const to = (batch * rows + i) * columns
          for (let j = 0; j < columns; j++) result[to + j]! += left * b.data[bStart + k * bInner + j * bColumn]!
        }
      }
    }
    return result
  },
  gradient({ inputs: [a, b], attributes: { transposeA, transposeB } }, g, e) {
    if (b.shape.length === a.shape.length) {
      return [
        transposeA ? e.matmul(b, g, { transposeA: transposeB, transposeB: true }) : e.matmul(g, b, { transposeB: !transposeB }),
        transposeB ? e.matmul(g, a, { transposeA: true, transposeB: transposeA }) : e.matmul(a, g, { transposeA: !transposeA }),
      ]
    }
    // b is shared, so its gradient sums over the leading axes: one flat product does that.
    const ga = e.matmul(g, b, { transposeB: !transposeB })
    const flatA = flatten(transposeA ? swapLastAxes(a, e) : a, e)
    const flatG = flatten(g, e)
    return [
      transposeA ? swapLastAxes(ga, e) : ga,
      transposeB ? e.matmul(flatG, flatA, { transposeA: true }) : e.matmul(flatA, flatG, { transposeA: true }),
    ]
  },
  flops: ({ inputs: [a], output, attributes }) => 2 * sizeOf(output.shape) * matrixOf(a.shape, attributes.transposeA)[1],
})
