/** Computes ahead what depends on constants alone, in float64, rounded once to the value's type. */
import type { Tensor } from '../define'
import { operations } from '../ops/index'
import { sizeOf } from '../shapes'
import type { Op, OpKind, Program, Value } from '../types'

/** Results larger than this and than their inputs stay operations: storing a stretched constant costs more than stretching it. */
const largestGrowth = 65_536

export function foldConstants(program: Program): Program {
  const known = new Map<Value, Tensor>()
  const ops = program.ops.map((op): Op => {
    const folded = fold(op, known)
    if (folded.kind === 'constant') {
      known.set(folded.output, { shape: folded.output.shape, data: Float64Array.from(folded.attributes.data) })
    }
    return folded
  })
  return { ...program, ops }
}

function fold<K extends OpKind>(op: Op<K>, known: ReadonlyMap<Value, Tensor>): Op {
  const inputs = op.inputs.flatMap((input) => known.get(input) ?? [])
  const { kind, output, attributes, block, phase } = op
  const size = sizeOf(output.shape)
  const fits = size <= largestGrowth || inputs.some((input) => input.data.length >= size)
  if (kind === 'constant' || inputs.length < op.inputs.length || !fits) return op as Op
  const result = operations[kind].compute(inputs, attributes, output.shape)
  const data = output.dtype === 'int32' ? Int32Array.from(result) : Float32Array.from(result)
  return { kind: 'constant', inputs: [], output, attributes: { data }, block, phase }
}
