/** The definition of an operation: its result type, exact computation, gradient and cost. One file each in `ops/`. */
import type { Emitter } from './emitter'
import { describeShape } from './shapes'
import type { DType, Op, OpAttributes, OpKind, Shape, Value } from './types'

export type NoAttributes = Readonly<Record<string, never>>

export interface TensorType {
  readonly shape: Shape
  readonly dtype: DType
}

/** Row-major data in float64, whatever the type of the value. */
export interface Tensor {
  readonly shape: Shape
  readonly data: Float64Array
}

export interface OpDefinition<K extends OpKind> {
  readonly kind: K
  /** Shape and type of the result. Throws a TypeError that names the operation and both sizes if they do not match. */
  infer(inputs: readonly TensorType[], attributes: OpAttributes[K]): TensorType
  /** The exact definition in float64, for constant folding and as the reference for every engine. `shape` is that of the result. */
  compute(inputs: readonly Tensor[], attributes: OpAttributes[K], shape: Shape): Float64Array
  /** Emits, for the gradient `g` of the result, the gradient of each input, of the same shape; null for one that has none. */
  readonly gradient: ((op: Op<K>, g: Value, e: Emitter) => readonly (Value | null)[]) | null
  /** Floating-point operations: a multiplication and an addition count one each, moving data counts zero. */
  flops(op: Op<K>): number
}

type Arity = 1 | 2 | 3 | 'any'
type Inputs<A extends Arity, T> = A extends 1
  ? readonly [T]
  : A extends 2
    ? readonly [T, T]
    : A extends 3
      ? readonly [T, T, T]
      : readonly T[]

/** An operation as passed to its definition, with the right number of inputs. */
export interface OpView<K extends OpKind, A extends Arity> {
  readonly inputs: Inputs<A, Value>
  readonly output: Value
  readonly attributes: OpAttributes[K]
}

export interface OpSpecification<K extends OpKind, A extends Arity> {
  readonly kind: K
  readonly arity: A
  infer(inputs: Inputs<A, TensorType>, attributes: OpAttributes[K]): TensorType
  compute(inputs: Inputs<A, Tensor>, attributes: OpAttributes[K], shape: Shape): Float64Array
  readonly gradient: ((op: OpView<K, A>, g: Value, e: Emitter) => readonly (Value | null)[]) | null
  flops(op: OpView<K, A>): number
}

export function defineOp<K extends OpKind, A extends Arity>(specification: OpSpecification<K, A>): OpDefinition<K> {
  const { kind, arity, gradient } = specification
  function inputsOf<T>(inputs: readonly T[]): Inputs<A, T> {
    if (arity !== 'any' && inputs.length !== arity) throw new TypeError(`${kind}: takes ${arity} inputs, got ${inputs.length}`)
    return inputs as unknown as Inputs<A, T>
  }
  const view = (op: Op<K>): OpView<K, A> => ({ inputs: inputsOf(op.inputs), output: op.output, attributes: op.attributes })
  return {
    kind,
    infer: (inputs, attributes) => specification.infer(inputsOf(inputs), attributes),
    compute: (inputs, attributes, shape) => specification.compute(inputsOf(inputs), attributes, shape),
    gradient: gradient && ((op, g, e) => gradient(view(op), g, e)),
    flops: (op) => specification.flops(view(op)),
  }
}

/** Throws a TypeError unless every input has the given type. */
export function requireType(kind: OpKind, dtype: DType, ...inputs: readonly TensorType[]): void {
  for (const input of inputs) {
    if (input.dtype !== dtype) throw new TypeError(`${kind}: takes ${dtype}, got ${input.dtype} ${describeShape(input.shape)}`)
  }
}
