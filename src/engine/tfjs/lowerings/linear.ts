/** Matrix products and transposes. */
import { lastSize, sizeOf } from '@core/program/shapes'
import type { Shape } from '@core/program/types'
import type { Region } from '../memory'
import * as native from '../native'
import { float32, type Kernel, type Lowering, type Lowerings, type Site } from '../site'

/**
 * XNNPACK multiplies two plain matrices (41 GFLOP/s here); batches and transposed operands would use a naive loop (2 to 3 GFLOP/s).
 * Operands are therefore transposed first, and a batch is one call per matrix.
 */
const matmul: Lowering<'matmul'> = (op, site) => {
  const [aShape, bShape] = [op.inputs[0]!.shape, op.inputs[1]!.shape]
  const shared = sizeOf(bShape.slice(0, -2)) === 1
  const prepare: Kernel[] = []
  const plain = (i: 0 | 1, transposed: boolean, shape: Shape): Region => {
    if (!transposed) return site.inputs[i]!
    const result = site.scratch(site.inputs[i]!.length)
    const matrices = [sizeOf(shape.slice(0, -2)), shape.at(-2)!, shape.at(-1)!]
    prepare.push(transposeTo(site, site.inputs[i]!, matrices, [0, 2, 1], result))
    return result
  }
  const a = plain(0, op.attributes.transposeA, aShape)
  const b = plain(1, op.attributes.transposeB, bShape)
  const columns = lastSize(op.output.shape)
  const inner = op.attributes.transposeB ? lastSize(bShape) : bShape.at(-2)!
  const rows = a.length / inner
  const batches = shared ? 1 : sizeOf(bShape.slice(0, -2))
  return native.sequence([...prepare, multiply(site, a, b, site.output, { batches, rows: rows / batches, inner, columns })])
}

interface Product {
  readonly batches: number
  readonly rows: number
  readonly inner: number
  readonly columns: number
}

function multiply(site: Site, a: Region, b: Region, output: Region, { batches, rows, inner, columns }: Product): Kernel {
  const { _BatchMatMul, _dispose_data, _register_tensor } = site.wasm
  const aShape = site.integers([1, rows, inner])
  const bShape = site.integers([1, inner, columns])
  const split = (x: Region) => {
    const length = x.length / batches
    return Array.from({ length: batches }, (_, i) => site.part(x, i * length, length))
  }
  const [as, bs, outputs] = [split(a), split(b), split(output)]
  return () => {
    for (let i = 0; i < batches; i++) {
      const right = bs[i]!
      _BatchMatMul(as[i]!.id, aShape, 3, right.id, bShape, 3, 0, 0, outputs[i]!.id)
      // XNNPACK caches the packed b by its id and would not see the numbers of the next step.
      _dispose_data(right.id)
      _register_tensor(right.id, right.length, right.offset)
    }
  }
}

/** Permuted sizes without axes of size 1, with axes that stay together merged. */
function simplify(shape: Shape, permutation: readonly number[]): { shape: number[]; permutation: number[] } {
  const groups: number[][] = []
  for (const axis of permutation) {
    if (shape[axis] === 1) continue
    const group = groups.at(-1)
    const last = group?.at(-1)
    const follows = last !== undefined && shape.slice(last + 1, axis).every((size) => size === 1) && axis > last
    if (group && follows) group.push(axis)
    else groups.push([axis])
  }
  const order = groups.map((group) => group[0]!).toSorted((a, b) => a - b)
  return {
    shape: order.map((first) => sizeOf(groups.find((group) => group[0] === first)!.map((axis) => shape[axis]!))),
    permutation: groups.map((group) => order.indexOf(group[0]!)),
  }
}

/** Whether the transpose moves no data. */
export function movesNothing(shape: Shape, permutation: readonly number[]): boolean {
  return simplify(shape, permutation).permutation.length < 2
}

/** Above this many elements, a matrix no longer fits into the first-level cache, and the C++ transpose becomes five times slower. */
const cached = 4096
const tile = 16

export function transposeTo(
  site: Site,
  x: Region,
  fullShape: Shape,
  fullPermutation: readonly number[],
  output: Region,
): Kernel {
  const { shape, permutation } = simplify(fullShape, fullPermutation)
  if (shape.length < 2) return () => output.floats().set(x.floats())
  const [rows, columns] = [shape[0]!, shape[1]!]
  // A large matrix is transposed in strips of rows, which are then put side by side.
  if (shape.length === 2 && rows * columns > cached && rows % tile === 0 && rows > tile) {
    const strips = site.scratch(x.length)
    return native.sequence([
      permute(site, x, [rows / tile, tile, columns], [0, 2, 1], strips),
      permute(site, strips, [rows / tile, columns, tile], [1, 0, 2], output),
    ])
  }
  return permute(site, x, shape, permutation, output)
}

function permute(site: Site, x: Region, shape: Shape, permutation: readonly number[], output: Region): Kernel {
  const { _Transpose } = site.wasm
  const [sizes, order] = [site.integers(shape), site.integers(permutation)]
  return () => _Transpose(x.id, sizes, shape.length, float32, output.id, order, permutation.length)
}

export const linear = {
  matmul,
  transpose: (op, site) => transposeTo(site, site.inputs[0]!, op.inputs[0]!.shape, op.attributes.permutation, site.output),
} satisfies Partial<Lowerings>
