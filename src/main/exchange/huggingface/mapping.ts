/** How tensors of a Hugging Face model become weights of a lab, and back: one list for both directions. */
import type { Shape } from '@core/program/types'
import type { SafeTensor } from '@engine/safetensors'

/** As it is; transposed, as PyTorch's Linear stores (output, input); or several weights side by side along the last axis. */
export type Form = 'same' | 'transposed' | 'joined'

export interface Mapped {
  /** Without the prefix that depends on which class has written the model. */
  readonly tensor: string
  /** Names of weights in the lab; more than one only if joined. */
  readonly states: readonly string[]
  readonly form: Form
}

export const same = (tensor: string, state: string): Mapped => ({ tensor, states: [state], form: 'same' })
export const transposed = (tensor: string, state: string): Mapped => ({ tensor, states: [state], form: 'transposed' })
export const joined = (tensor: string, states: readonly string[]): Mapped => ({ tensor, states, form: 'joined' })

/** A linear layer of PyTorch: weight (output, input) and bias. */
export function linear(tensor: string, state: string, bias: boolean, biasState = `${state}-bias`): Mapped[] {
  return [transposed(`${tensor}.weight`, state), ...(bias ? [same(`${tensor}.bias`, biasState)] : [])]
}

/** Shape of the tensor for weights of these shapes. */
export function shapeOf({ form }: Mapped, shapes: readonly Shape[]): Shape {
  const [first = []] = shapes
  if (form === 'transposed') return first.toReversed()
  if (form === 'joined') return [...first.slice(0, -1), shapes.reduce((sum, shape) => sum + (shape.at(-1) ?? 0), 0)]
  return first
}

/** The numbers of each weight. */
export function statesFrom({ form }: Mapped, data: Float32Array, shapes: readonly Shape[]): Float32Array[] {
  if (form === 'same') return [data]
  if (form === 'transposed') return [transpose(data, shapes[0]!.toReversed())]
  const widths = shapes.map((shape) => shape.at(-1)!)
  const total = widths.reduce((sum, width) => sum + width, 0)
  let from = 0
  return widths.map((width) => {
    const part = new Float32Array((data.length / total) * width)
    for (let row = 0; row < data.length / total; row++) {
      part.set(data.subarray(row * total + from, row * total + from + width), row * width)
    }
    from += width
    return part
  })
}

/** The tensor of these weights. */
export function tensorFrom(mapped: Mapped, states: readonly SafeTensor[]): { shape: Shape; data: Float32Array } {
  const data = states.map((state) => Float32Array.from(state.data))
  const shapes = states.map((state) => state.shape)
  const shape = shapeOf(mapped, shapes)
  if (mapped.form === 'same') return { shape, data: data[0]! }
  if (mapped.form === 'transposed') return { shape, data: transpose(data[0]!, shapes[0]!) }
  const total = shape.at(-1)!
  const whole = new Float32Array(data.reduce((sum, { length }) => sum + length, 0))
  let from = 0
  data.forEach((part, at) => {
    const width = shapes[at]!.at(-1)!
    for (let row = 0; row < part.length / width; row++) {
      whole.set(part.subarray(row * width, (row + 1) * width), row * total + from)
    }
    from += width
  })
  return { shape, data: whole }
}

/** (rows, columns) → (columns, rows). */
export function transpose(data: Float32Array, [rows = 0, columns = 0]: Shape): Float32Array {
  const turned = new Float32Array(data.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) turned[column * rows + row] = data[row * columns + column]!
  }
  return turned
}
