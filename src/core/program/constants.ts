/**
 * Constants of a program. Small ones are stored as numbers; tables such as masks are formulas, identified by their function and arguments,
 * so that compiling a model computes none of them: the numbers are computed when an engine asks for them.
 */
import { describeShape, sizeOf } from './shapes'
import type { Op, Shape } from './types'

type Argument = number | string

/** The result of a pure function with a few arguments: float32, row-major. Equal functions with equal arguments are equal constants. */
export interface Formula {
  readonly make: (...of: never) => Float32Array
  readonly of: readonly Argument[]
}
export type Numbers = Float32Array | Int32Array | Formula

/** `make` must be a module-level function: a closure created on the spot would never equal another. */
export function formula<A extends readonly Argument[]>(make: (...of: A) => Float32Array, ...of: A): Formula {
  return { make, of }
}

export const isFormula = (numbers: Numbers): numbers is Formula => 'make' in numbers

/** `size` times the same number. */
export const filled = (number: number, size: number): Float32Array => new Float32Array(size).fill(number)

/** The numbers. Throws a TypeError if a formula yields more or fewer than the shape has elements. */
export function numbersOf(data: Numbers, shape: Shape): Float32Array | Int32Array {
  if (!isFormula(data)) return data
  const made = (data.make as (...of: readonly Argument[]) => Float32Array)(...data.of)
  if (made.length !== sizeOf(shape)) throw new TypeError(`constant: ${made.length} numbers do not fill ${describeShape(shape)}`)
  return made
}

/** The number if the operation is a scalar constant. */
export function scalarOf(op: Op | undefined): number | undefined {
  if (op?.kind !== 'constant' || op.output.shape.length > 0) return undefined
  const { data } = op.attributes
  return isFormula(data) ? undefined : data[0]
}
