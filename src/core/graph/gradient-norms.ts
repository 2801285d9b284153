/** The flow of gradients through a training step, as Euclidean norms: of the weights of each block, and at each output. */
import { groupBy } from '../collections'
import { clipByGlobalNorm } from '../program/optimisers/clip'
import type { Parameter } from '../program/optimisers/define'
import type { Value } from '../program/types'
import type { GraphBuilder } from './graph-builder'

/**
 * Emits scalar outputs `gradientNorm/BLOCK`, of the gradients of all its weights as one vector, before clipping; and `gradientNorm/BLOCK/PORT`, of
 * d loss / d output over the whole batch. Blocks and outputs on which the loss does not depend have none. Where a step averages several batches,
 * weights have the gradient of the whole step, outputs that of its last batch; `count` then divides gradients of summed losses.
 */
export function emitGradientNorms(
  b: GraphBuilder,
  parameters: readonly Parameter[],
  outputs: readonly { readonly port: string; readonly value: Value }[],
  gradientOf: ReadonlyMap<Value, Value>,
  count: Value | null,
): void {
  b.withPhase('backward', () => {
    for (const [block, each] of groupBy(parameters, ({ state }) => state.block)) {
      const gradients = each.map(({ gradient }) => gradient)
      b.output(`gradientNorm/${block}`, clipByGlobalNorm(b, gradients, null).norm)
    }
    for (const { port, value } of outputs) {
      const gradient = gradientOf.get(value)
      if (!gradient) continue
      const { norm } = clipByGlobalNorm(b, [gradient], null)
      b.output(`gradientNorm/${port}`, count ? b.div(norm, count) : norm)
    }
  })
}
