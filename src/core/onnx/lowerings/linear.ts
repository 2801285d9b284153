/** Matrix products. Scales go into the product's own factor, biases into Gemm, transposes into attributes: none costs a pass. */
import { lastSize, sizeOf } from '../../program/shapes'
import type { Op, Value } from '../../program/types'
import { asRows, reshape, scalarConstant, type Lowerings, type Site } from '../site'

type Product = Op<'matmul'>

/** x and c where the value is c·x with a written number c, else the value itself. */
function unscaled(value: Value, site: Site): { value: Value; scale: number } {
  const op = site.producer(value)
  if (op?.kind === 'mul') {
    const [a, b] = op.inputs as readonly [Value, Value]
    const [left, right] = [scalarConstant(site, a), scalarConstant(site, b)]
    if (right !== undefined && left === undefined) return { value: a, scale: right }
    if (left !== undefined && right === undefined) return { value: b, scale: left }
  }
  return { value, scale: 1 }
}

/** scale · a · b, plus a bias for each column. */
function product({ inputs, output, attributes }: Product, scale: number, bias: Value | undefined, site: Site): string {
  const [a, b] = [unscaled(inputs[0]!, site), unscaled(inputs[1]!, site)]
  const { graph } = site
  const { transposeA, transposeB } = attributes
  const alpha = { float: scale * a.scale * b.scale }
  const transposes = { transA: Number(transposeA), transB: Number(transposeB) }
  // With one matrix on the right, all rows on the left are rows of one matrix.
  if (b.value.shape.length === 2 && (a.value.shape.length === 2 || !transposeA)) {
    const left = transposeA ? site.name(a.value) : asRows(site, a.value)
    const right = site.name(b.value)
    const result = bias
      ? graph.node('Gemm', [left, right, site.name(bias)], { alpha, ...transposes })
      : graph.node('FusedMatMul', [left, right], { alpha, transA: transposes.transA, transB: transposes.transB })
    const columns = lastSize(output.shape)
    return reshape(site, result, [sizeOf(output.shape) / columns, columns], output.shape)
  }
  return graph.node('FusedMatMul', [site.name(a.value), site.name(b.value)], { alpha, ...transposes })
}

/** The product behind a value that nothing else uses. */
function loneProduct(value: Value, site: Site): Product | undefined {
  const op = site.producer(value)
  return op?.kind === 'matmul' && site.uses(value) === 1 ? op : undefined
}

/** c · (a · b) as one product; undefined where the operation is something else. */
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

/** a · w + bias as one product; undefined where the operation is something else. */
export function biasedProduct({ inputs }: Op, site: Site): string | undefined {
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
      return product(op, 1, bias, site)
    }
  }
  return undefined
}

export const linear = {
  matmul: (op, site) => product(op, 1, undefined, site),
} satisfies Partial<Lowerings>
