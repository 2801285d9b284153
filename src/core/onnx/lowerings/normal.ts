/** erf, GELU and its gradient. The forward and the backward pass of GELU share erf, the most expensive part. */
import type { Value } from '../../program/types'
import type { Lowerings, Site } from '../site'
import { biasedProduct } from './linear'

/** u = x/√2, and 1 + erf(u) = 2Φ(x). */
function twiceDistribution(x: Value, site: Site): { u: string; twice: string } {
  const { graph } = site
  const u = rootHalf(x, site)
  return { u, twice: graph.node('Add', [graph.node('Erf', [u]), graph.float(1)]) }
}

/** x/√2, directly from the product that yields x if only GELU uses x. */
function rootHalf(x: Value, site: Site): string {
  const op = site.producer(x)
  const users = site.users(x)
  const lone = users.every(({ kind }) => kind === 'gelu' || kind === 'geluGradient') && site.uses(x) === users.length
  const product = lone && op?.kind === 'add' ? biasedProduct(op, Math.SQRT1_2, site) : undefined
  return product ?? site.graph.node('Mul', [site.name(x), site.graph.float(Math.SQRT1_2)])
}

export const normal = {
  erf: (op, { graph, name }) => graph.node('Erf', [name(op.inputs[0]!)]),

  /** x·Φ(x) = (1/√2) · u·2Φ */
  gelu: (op, site) => {
    const { graph } = site
    const { u, twice } = twiceDistribution(op.inputs[0]!, site)
    const name = graph.node('Mul', [u, twice])
    site.remember(op.output, { name, scale: Math.SQRT1_2 })
    return graph.node('Mul', [name, graph.float(Math.SQRT1_2)])
  },

  /** g·(Φ + x·φ) = ½ · g·(2Φ + 2·x·φ) with 2·x·φ(x) = u · (2/√π)·e^−u², the factor in the exponent. */
  geluGradient: (op, site) => {
    const { graph } = site
    const { u, twice } = twiceDistribution(op.inputs[0]!, site)
    const exponent = graph.node('Sub', [graph.float(Math.log(2 / Math.sqrt(Math.PI))), graph.node('Mul', [u, u])])
    const slope = graph.node('Add', [graph.node('Mul', [u, graph.node('Exp', [exponent])]), twice])
    const name = graph.node('Mul', [site.name(op.inputs[1]!), slope])
    site.remember(op.output, { name, scale: 0.5 })
    return graph.node('Mul', [name, graph.float(0.5)])
  },
} satisfies Partial<Lowerings>
