/** Elementwise operations, with the broadcasting of NumPy, which ONNX shares. */
import { numbersOf } from '../../program/constants'
import { broadcastShapes } from '../../program/ops/broadcasting'
import { sameShape } from '../../program/shapes'
import type { Op, OpKind, Value } from '../../program/types'
import { scalarConstant, type Lowerings, type Site } from '../site'
import { biasedProduct, scaledProduct } from './linear'

const unary = (type: string) => (op: Op, site: Site) => site.graph.node(type, [site.name(op.inputs[0]!)])

const commutative: ReadonlySet<OpKind> = new Set<OpKind>(['add', 'mul'])

/** The operands; one that is only broadcast to the shape of the other is used unbroadcast. */
function operands({ kind, inputs, output }: Op, site: Site): string[] {
  const [a, b] = [unstretched(inputs[0]!, site), unstretched(inputs[1]!, site)]
  const fits = (x: Value, y: Value) => sameShape(broadcastShapes('add', x.shape, y.shape), output.shape)
  const [left, right] = fits(a, inputs[1]!)
    ? [a, fits(a, b) ? b : inputs[1]!]
    : [inputs[0]!, fits(inputs[0]!, b) ? b : inputs[1]!]
  const names = [site.name(left), site.name(right)]
  // In a fixed order, so that equal nodes are recognised.
  return commutative.has(kind) ? names.toSorted() : names
}

function unstretched(value: Value, site: Site): Value {
  const op = site.producer(value)
  return op?.kind === 'broadcast' ? op.inputs[0]! : value
}

/** If one operand is a constant number, operations that apply a factor at no cost can take it over. */
function rememberFactor({ inputs, output }: Op, site: Site): void {
  const [a, b] = inputs as readonly [Value, Value]
  const [left, right] = [scalarConstant(site, a), scalarConstant(site, b)]
  const factor = left ?? right
  if (factor === undefined) return
  const { name, scale } = site.scaled(left === undefined ? a : b)
  site.remember(output, { name, scale: scale * factor })
}

const binary = (type: string) => (op: Op, site: Site) => site.graph.node(type, operands(op, site))
const comparison = (type: string) => (op: Op, site: Site) => toFloat(site, site.graph.node(type, operands(op, site)))

function toFloat({ graph }: Site, truth: string): string {
  return graph.node('Cast', [truth], { to: 1 })
}

/** A mask as booleans: from the comparison that produced it, from a constant, or by a cast. */
function truth(mask: Value, site: Site): string {
  const op = site.producer(mask)
  if (op?.kind === 'equal') return site.graph.node('Equal', operands(op, site))
  if (op?.kind === 'greater') return site.graph.node('Greater', operands(op, site))
  if (op?.kind === 'constant') {
    return site.graph.constant({
      type: 'bool',
      shape: mask.shape,
      data: Uint8Array.from(numbersOf(op.attributes.data, mask.shape), (x) => Number(x !== 0)),
    })
  }
  return site.graph.node('Cast', [site.name(mask)], { to: 9 })
}

export const elementwise = {
  neg: unary('Neg'),
  exp: unary('Exp'),
  log: unary('Log'),
  sqrt: unary('Sqrt'),
  tanh: unary('Tanh'),
  sigmoid: unary('Sigmoid'),
  relu: unary('Relu'),
  square: (op, site) => {
    const x = site.name(op.inputs[0]!)
    return site.graph.node('Mul', [x, x])
  },
  rsqrt: (op, site) => site.graph.node('Reciprocal', [site.graph.node('Sqrt', [site.name(op.inputs[0]!)])]),
  add: (op, site) => biasedProduct(op, 1, site) ?? binary('Add')(op, site),
  sub: binary('Sub'),
  mul: (op, site) => {
    const product = scaledProduct(op, site)
    if (product) return product
    rememberFactor(op, site)
    return binary('Mul')(op, site)
  },
  div: binary('Div'),
  maximum: binary('Max'),
  minimum: binary('Min'),
  equal: comparison('Equal'),
  greater: comparison('Greater'),
  where: (op, site) => {
    const [mask, a, b] = op.inputs
    return site.graph.node('Where', [truth(mask!, site), site.name(a!), site.name(b!)])
  },
} satisfies Partial<Lowerings>
