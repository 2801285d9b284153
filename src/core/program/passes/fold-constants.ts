/** Constant folding: computes values that depend on constants only, in float64, rounded once to the type of the value. */
import type { Tensor } from '../define'
import { operations } from '../ops/index'
import { sizeOf } from '../shapes'
import type { Op, OpKind, Program, Value } from '../types'

/** Results larger than this and than their inputs stay operations: storing a broadcast constant costs more than broadcasting it. */
const largestGrowth = 65_536

export function foldConstants(program: Program): Program {
  const known = new Map<Value, Op<'constant'>>()
  const ops = program.ops.map((op): Op => {
    const folded = fold(op, known)
    if (folded.kind === 'constant') known.set(folded.output, folded)
    return folded
  })
  return { ...program, ops }
}

function fold<K extends OpKind>(op: Op<K>, known: ReadonlyMap<Value, Op<'constant'>>): Op {
  const { kind, output, attributes, block, phase } = op
  if (kind === 'constant') return op as Op
  const inputs = op.inputs.flatMap((input) => known.get(input) ?? [])
  const size = sizeOf(output.shape)
  const fits = size <= largestGrowth || op.inputs.some(({ shape }) => sizeOf(shape) >= size)
  if (inputs.length < op.inputs.length || !fits) return op as Op
  const result = operations[kind].compute(inputs.map(tensorOf), attributes, output.shape)
  const data = output.dtype === 'int32' ? Int32Array.from(result) : Float32Array.from(result)
  return { kind: 'constant', inputs: [], output, attributes: { data }, block, phase }
}

const tensorOf = ({ attributes, output: { shape } }: Op<'constant'>): Tensor => ({
  shape,
  data: operations.constant.compute([], attributes, shape),
})
