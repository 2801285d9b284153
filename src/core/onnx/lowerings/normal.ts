/** erf, GELU and its gradient. The forward and the backward pass of GELU share erf, the dearest part. */
import type { Value } from '../../program/types'
import type { Lowerings, Site } from '../site'

/** u = x/√2, and 1 + erf(u) = 2Φ(x). */
function twiceDistribution(x: Value, { graph, name }: Site): { u: string; twice: string } {
  const u = graph.node('Mul', [name(x), graph.float(Math.SQRT1_2)])
  return { u, twice: graph.node('Add', [graph.node('Erf', [u]), graph.float(1)]) }
}

export const normal = {
  erf: (op, { graph, name }) => graph.node('Erf', [name(op.inputs[0]!)]),

  /** x·Φ(x) = u·2Φ/√2 */
  gelu: (op, site) => {
    const { graph } = site
    const { u, twice } = twiceDistribution(op.inputs[0]!, site)
    return graph.node('Mul', [graph.node('Mul', [u, graph.float(Math.SQRT1_2)]), twice])
  },

  /** g·(Φ + x·φ) with 2·x·φ(x) = u · (2/√π)·e^−u², the factor in the exponent. */
  geluGradient: (op, site) => {
    const { graph } = site
    const { u, twice } = twiceDistribution(op.inputs[0]!, site)
    const exponent = graph.node('Sub', [graph.float(Math.log(2 / Math.sqrt(Math.PI))), graph.node('Mul', [u, u])])
    const slope = graph.node('Add', [graph.node('Mul', [u, graph.node('Exp', [exponent])]), twice])
    return graph.node('Mul', [graph.node('Mul', [site.name(op.inputs[1]!), graph.float(0.5)]), slope])
  },
} satisfies Partial<Lowerings>
