/**
 * Numbers that a program knows ahead. Small ones are written down; tables such as masks are formulas, told apart by what makes them, so
 * that a model is compiled without making any: only an engine asks for the numbers.
 */
import { describeShape, sizeOf } from './shapes'
import type { Op, Shape } from './types'

type Argument = number | string

/** What a pure function makes of a few arguments: float32, row-major. Equal functions with equal arguments are equal constants. */
export interface Formula {
  readonly make: (...of: never) => Float32Array
  readonly of: readonly Argument[]
}
export type Numbers = Float32Array | Int32Array | Formula

/** `make` is a function of its module: one made on the spot would be equal to no other. */
export function formula<A extends readonly Argument[]>(make: (...of: A) => Float32Array, ...of: A): Formula {
  return { make, of }
}

export const isFormula = (numbers: Numbers): numbers is Formula => 'make' in numbers

/** `size` times the same number. */
export const filled = (number: number, size: number): Float32Array => new Float32Array(size).fill(number)

/** The numbers themselves. Throws a TypeError where a formula makes more or fewer than the shape holds. */
export function numbersOf(data: Numbers, shape: Shape): Float32Array | Int32Array {
  if (!isFormula(data)) return data
  const made = (data.make as (...of: readonly Argument[]) => Float32Array)(...data.of)
  if (made.length !== sizeOf(shape)) throw new TypeError(`constant: ${made.length} numbers do not fill ${describeShape(shape)}`)
  return made
}

/** The number, where an operation is one number written down. */
export function scalarOf(op: Op | undefined): number | undefined {
  if (op?.kind !== 'constant' || op.output.shape.length > 0) return undefined
  const { data } = op.attributes
  return isFormula(data) ? undefined : data[0]
}
