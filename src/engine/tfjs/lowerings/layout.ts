/** Operations that move data without arithmetic. They copy bits, regardless of type. */
import { numbersOf } from '@core/program/constants'
import { sizeOf, stridesOf } from '@core/program/shapes'
import type { Op, OpKind, Shape } from '@core/program/types'
import { mergeAxes, rowsOf } from '../broadcasting'
import type { Region } from '../memory'
import type { Kernel, Lowerings } from '../site'
import { movesNothing } from './linear'
import { requireIndex } from './rows'

/** Copies a box of rows between two row-major arrays; `fromStart` and `toStart` are the positions of the first element. */
function copyBox(
  box: Shape,
  from: Region,
  fromShape: Shape,
  fromStart: number,
  to: Region,
  toShape: Shape,
  toStart: number,
): Kernel {
  // Trailing axes that are complete in both arrays are copied in one piece.
  let axis = box.length
  while (axis > 0 && box[axis - 1] === fromShape[axis - 1] && box[axis - 1] === toShape[axis - 1]) axis--
  const length = sizeOf(box.slice(Math.max(axis - 1, 0)))
  const outer = box.slice(0, Math.max(axis - 1, 0))
  const positionsIn = (shape: Shape, start: number) => {
    const strides = stridesOf(shape).slice(0, outer.length)
    const { starts } = rowsOf({ sizes: [...outer, 1], strides: [[...strides, 1]] })
    return starts[0]!.map((position) => position + start)
  }
  const [sources, targets] = [positionsIn(fromShape, fromStart), positionsIn(toShape, toStart)]
  return () => copyRows(from.integers(), sources, to.integers(), targets, length)
}

function copyRows(from: Int32Array, sources: Int32Array, to: Int32Array, targets: Int32Array, length: number): void {
  // Below this length, a loop is faster than the call.
  const short = 64
  for (let row = 0; row < sources.length; row++) {
    const [source, target] = [sources[row]!, targets[row]!]
    if (length > short) to.set(from.subarray(source, source + length), target)
    else for (let k = 0; k < length; k++) to[target + k] = from[source + k]!
  }
}

function offsetOf(begin: readonly number[], shape: Shape): number {
  return stridesOf(shape).reduce((total, stride, axis) => total + stride * begin[axis]!, 0)
}

const sameSize = (op: Op) => sizeOf(op.inputs[0]!.shape) === sizeOf(op.output.shape)

/** Whether the output is the data of the first input in another shape, so that both can share memory. */
const sharing: { readonly [K in OpKind]?: (op: Op<K>) => boolean } = {
  reshape: () => true,
  transpose: (op) => movesNothing(op.inputs[0]!.shape, op.attributes.permutation),
  cast: (op) => op.inputs[0]!.dtype === op.attributes.dtype,
  broadcast: sameSize,
  slice: sameSize,
  pad: sameSize,
  concat: sameSize,
}

export function sharesMemory<K extends OpKind>(op: Op<K>): boolean {
  return sharing[op.kind]?.(op) ?? false
}

export const layout = {
  reshape: (_, { inputs, output }) => {
    const x = inputs[0]!
    return () => output.integers().set(x.integers())
  },

  concat: (op, { inputs, output }) => {
    const { axis } = op.attributes
    const shape = op.output.shape
    let start = 0
    const copies = inputs.map((x, i) => {
      const box = op.inputs[i]!.shape
      const copy = copyBox(box, x, box, 0, output, shape, start * stridesOf(shape)[axis]!)
      start += box[axis]!
      return copy
    })
    return () => {
      for (const copy of copies) copy()
    }
  },

  slice: (op, { inputs, output }) => {
    const { begin, size } = op.attributes
    const shape = op.inputs[0]!.shape
    return copyBox(size, inputs[0]!, shape, offsetOf(begin, shape), output, size, 0)
  },

  pad: (op, { inputs, output }) => {
    const { shape } = op.output
    const box = op.inputs[0]!.shape
    const copy = copyBox(box, inputs[0]!, box, 0, output, shape, offsetOf(op.attributes.before, shape))
    return () => {
      output.integers().fill(0)
      copy()
    }
  },

  broadcast: (op, { inputs, output }) => {
    const x = inputs[0]!
    const { length, steps, starts } = rowsOf(mergeAxes([op.inputs[0]!.shape], op.output.shape))
    const step = steps[0]!
    const rowStarts = starts[0]!
    return () => {
      const [from, to] = [x.integers(), output.integers()]
      for (let row = 0; row < rowStarts.length; row++) {
        const [start, at] = [rowStarts[row]!, row * length]
        if (step === 0) to.fill(from[start]!, at, at + length)
        else to.set(from.subarray(start, start + length), at)
      }
    }
  },

  gather: (op, { inputs, output }) => {
    const [table, indices] = [inputs[0]!, inputs[1]!]
    const rows = op.inputs[0]!.shape[0]!
    const width = table.length / rows
    return () => {
      const [from, at, to] = [table.integers(), indices.integers(), output.integers()]
      for (let i = 0, target = 0; i < at.length; i++) {
        const source = requireIndex(at[i]!, rows) * width
        for (let k = 0; k < width; k++) to[target++] = from[source + k]!
      }
    }
  },

  /** A loop of additions is faster than the product with a one-hot matrix at every vocabulary size. */
  scatterAdd: (op, { inputs, output }) => {
    const [indices, updates] = [inputs[0]!, inputs[1]!]
    const { rows } = op.attributes
    const width = output.length / rows
    return () => {
      const [at, from, to] = [indices.integers(), updates.floats(), output.floats()]
      to.fill(0)
      for (let i = 0, source = 0; i < at.length; i++) {
        const target = requireIndex(at[i]!, rows) * width
        for (let k = 0; k < width; k++) to[target + k]! += from[source++]!
      }
    }
  },

  oneHot: (op, { inputs, output }) => {
    const indices = inputs[0]!
    const { depth } = op.attributes
    return () => {
      const [at, to] = [indices.integers(), output.floats()]
      to.fill(0)
      for (let i = 0; i < at.length; i++) to[i * depth + requireIndex(at[i]!, depth)] = 1
    }
  },

  constant: (op, { output }) => {
    const data = numbersOf(op.attributes.data, op.output.shape)
    return () => (data instanceof Int32Array ? output.integers().set(data) : output.floats().set(data))
  },
} satisfies Partial<Lowerings>
