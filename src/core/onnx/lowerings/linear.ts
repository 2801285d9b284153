/** Matrix products. Scales become the factor of the product, biases go into Gemm, transposes become attributes: none costs a pass. */
import { lastSize, sizeOf } from '../../program/shapes'
import type { Op, Value } from '../../program/types'
import { reshape, scalarConstant, type Lowerings, type Site } from '../site'

type Product = Op<'matmul'>

/** scale · (a · b + bias), the bias for each column. */
function product({ inputs, output, attributes }: Product, scale: number, bias: Value | undefined, site: Site): string {
  const [a, b] = inputs as readonly [Value, Value]
  const [left, right] = [site.scaled(a), site.scaled(b)]
  const { graph } = site
  const { transposeA, transposeB } = attributes
  const factor = scale * left.scale * right.scale
  if (!bias) {
    const first = { name: left.name, rank: a.shape.length, isTransposed: transposeA }
    return graph.product([first, { name: right.name, rank: b.shape.length, isTransposed: transposeB }], factor)
  }
  const [alpha, transposes] = [{ float: factor }, { transA: Number(transposeA), transB: Number(transposeB) }]
  // Gemm accepts matrices only: all rows on the left are flattened into one.
  const [inner, columns] = [lastSize(a.shape), lastSize(output.shape)]
  const matrix = reshape(site, left.name, a.shape, [sizeOf(a.shape) / inner, inner])
  const result = graph.node('Gemm', [matrix, right.name, site.name(bias)], { alpha, beta: { float: scale }, ...transposes })
  return reshape(site, result, [sizeOf(output.shape) / columns, columns], output.shape)
}

/** The product that yields a value, if nothing else uses it. */
function loneProduct(value: Value, site: Site): Product | undefined {
  const op = site.producer(value)
  return op?.kind === 'matmul' && site.uses(value) === 1 ? op : undefined
}

/** c · (a · b) as one product; undefined for any other operation. */
export function scaledProduct({ inputs }: Op, site: Site): string | undefined {
  const [a, b] = inputs as readonly [Value, Value]
  for (const [factor, value] of [
    [a, b],
    [b, a],
  ] as const) {
    const scale = scalarConstant(site, factor)
    const op = loneProduct(value, site)
    if (scale !== undefined && op) return product(op, scale, undefined, site)
  }
  return undefined
}

/** scale · (a · w + bias) as one product; undefined for any other operation. */
export function biasedProduct({ inputs }: Op, scale: number, site: Site): string | undefined {
  const [a, b] = inputs as readonly [Value, Value]
  for (const [bias, value] of [
    [a, b],
    [b, a],
  ] as const) {
    const op = loneProduct(value, site)
    const w = op?.inputs[1]
    if (
      op &&
      w?.shape.length === 2 &&
      !op.attributes.transposeA &&
      bias.shape.length === 1 &&
      lastSize(bias.shape) === lastSize(op.output.shape)
    ) {
      return product(op, scale, bias, site)
    }
  }
  return undefined
}

export const linear = {
  matmul: (op, site) => product(op, 1, undefined, site),
} satisfies Partial<Lowerings>
