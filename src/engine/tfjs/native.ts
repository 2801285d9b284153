/** Calls to the C++ kernels, with shapes and types filled in. */
import type { Shape } from '@core/program/types'
import { mergeAxes } from './broadcasting'
import type { Region } from './memory'
import { float32, type Kernel, type Site } from './site'

type Binary = '_Add' | '_Sub' | '_Multiply' | '_RealDiv'
type Unary = '_Neg' | '_Log' | '_Sqrt' | '_Rsqrt' | '_Square' | '_Relu'

/** output = kernel(x), element by element; `output` may be `x` itself. */
export function unary({ wasm }: Site, name: Unary, x: Region, output: Region): Kernel {
  const kernel = wasm[name]
  return () => kernel(x.id, float32, output.id)
}

/** output = σ(x); `output` may be `x` itself. */
export function sigmoid({ wasm }: Site, x: Region, output: Region): Kernel {
  return () => wasm._Sigmoid(x.id, output.id)
}

/** output = kernel(a, b) with broadcasting; `output` may be an operand of its own shape. */
export function binary(site: Site, name: Binary, a: [Region, Shape], b: [Region, Shape], output: [Region, Shape]): Kernel {
  const kernel = site.wasm[name]
  const { sizes, strides } = mergeAxes([a[1], b[1]], output[1])
  const shapes = strides.map((own) => site.integers(sizes.map((size, axis) => (own[axis] === 0 ? 1 : size))))
  const [aShape, bShape] = [shapes[0]!, shapes[1]!]
  const rank = sizes.length
  return () => kernel(a[0].id, aShape, rank, b[0].id, bShape, rank, float32, output[0].id)
}

/** output = kernel(x, scalar), element by element; `output` may be `x` itself. */
export function withScalar(site: Site, name: Binary, x: Region, scalar: number, output: Region): Kernel {
  return binary(site, name, [x, [x.length]], [site.constant([scalar]), [1]], [output, [x.length]])
}

export function sequence(kernels: readonly Kernel[]): Kernel {
  if (kernels.length === 1) return kernels[0]!
  return () => {
    for (const kernel of kernels) kernel()
  }
}
