/** Over the last axis: softmax and its relatives, standardisation, argmax. */
import { sparsemaxThreshold } from '@core/program/ops/sparsemax'
import { lastSize } from '@core/program/shapes'
import type { Region } from '../memory'
import * as native from '../native'
import type { Kernel, Lowerings, Site } from '../site'
import { sumOver } from './reductions'

function softmax({ wasm }: Site, x: Region, classes: number, output: Region): Kernel {
  const rows = x.length / classes
  return () => wasm._Softmax(x.id, output.id, classes, rows)
}

/**
 * log Σ eˣ of each row into `output`, given softmax(x): the largest x minus the logarithm of its probability, which is at least
 * 1/classes, so nothing overflows and one logarithm per row is enough.
 */
function logSumExp(x: Float32Array, probabilities: Float32Array, classes: number, output: Float32Array): void {
  for (let row = 0, from = 0; row < output.length; row++) {
    let at = from
    for (const end = from + classes; from < end; from++) if (x[from]! > x[at]!) at = from
    output[row] = x[at]! - Math.log(probabilities[at]!)
  }
}

/** x minus the row's mean into `centred`, and 1 / √(variance + ε) of each row into `inverse`. */
function standardise(site: Site, x: Region, width: number, epsilon: number, centred: Region, inverse: Region): Kernel {
  const rows = x.length / width
  const shape = [rows, width]
  const mean = site.scratch(rows)
  const squares = site.scratch(x.length)
  return native.sequence([
    sumOver(site, x, shape, [1], 1 / width, mean),
    native.binary(site, '_Sub', [x, shape], [mean, [rows, 1]], [centred, shape]),
    native.unary(site, '_Square', centred, squares),
    sumOver(site, squares, shape, [1], 1 / width, inverse),
    () => {
      const values = inverse.floats()
      for (let i = 0; i < values.length; i++) values[i] = 1 / Math.sqrt(values[i]! + epsilon)
    },
  ])
}

export const rows = {
  softmax: (op, site) => softmax(site, site.inputs[0]!, lastSize(op.inputs[0]!.shape), site.output),

  logSoftmax: (op, site) => {
    const x = site.inputs[0]!
    const classes = lastSize(op.inputs[0]!.shape)
    const shape = [x.length / classes, classes]
    const normaliser = site.scratch(shape[0]!)
    return native.sequence([
      softmax(site, x, classes, site.output),
      () => logSumExp(x.floats(), site.output.floats(), classes, normaliser.floats()),
      native.binary(site, '_Sub', [x, shape], [normaliser, [shape[0]!, 1]], [site.output, shape]),
    ])
  },

  crossEntropy: (op, site) => {
    const [x, targets] = [site.inputs[0]!, site.inputs[1]!]
    const classes = lastSize(op.inputs[0]!.shape)
    const probabilities = site.scratch(x.length)
    return native.sequence([
      softmax(site, x, classes, probabilities),
      () => {
        const [logits, at, loss] = [x.floats(), targets.integers(), site.output.floats()]
        logSumExp(logits, probabilities.floats(), classes, loss)
        for (let row = 0; row < loss.length; row++) loss[row]! -= logits[row * classes + requireIndex(at[row]!, classes)]!
      },
    ])
  },

  sparsemax: (op, site) => {
    const x = site.inputs[0]!
    const classes = lastSize(op.inputs[0]!.shape)
    const descending = new Float32Array(classes)
    return () => {
      const [values, output] = [x.floats(), site.output.floats()]
      for (let from = 0; from < output.length; from += classes) {
        descending.set(values.subarray(from, from + classes))
        const threshold = sparsemaxThreshold(descending.sort().reverse())
        for (let i = from; i < from + classes; i++) output[i] = Math.max(values[i]! - threshold, 0)
      }
    }
  },

  standardise: (op, site) => {
    const x = site.inputs[0]!
    const width = lastSize(op.inputs[0]!.shape)
    const shape = [x.length / width, width]
    const inverse = site.scratch(shape[0]!)
    return native.sequence([
      standardise(site, x, width, op.attributes.epsilon, site.output, inverse),
      native.binary(site, '_Multiply', [site.output, shape], [inverse, [shape[0]!, 1]], [site.output, shape]),
    ])
  },

  inverseDeviation: (op, site) => {
    const x = site.inputs[0]!
    const centred = site.scratch(x.length)
    return standardise(site, x, lastSize(op.inputs[0]!.shape), op.attributes.epsilon, centred, site.output)
  },

  argmax: (op, site) => {
    const x = site.inputs[0]!
    const width = lastSize(op.inputs[0]!.shape)
    return () => {
      const [values, largest] = [x.floats(), site.output.integers()]
      for (let row = 0, from = 0; row < largest.length; row++) {
        const start = from
        let at = start
        for (const end = start + width; from < end; from++) if (values[from]! > values[at]!) at = from
        largest[row] = at - start
      }
    }
  },
} satisfies Partial<Lowerings>

/** Throws a RangeError instead of reading outside the row. */
export function requireIndex(index: number, size: number): number {
  if (index >= 0 && index < size) return index
  throw new RangeError(`index ${index} is not in [0, ${size})`)
}
