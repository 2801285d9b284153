/** Clipping by global norm (Pascanu et al. 2013): all gradients shrink together where they are longer than `maxNorm`. */
import type { Emitter } from '../emitter'
import type { Value } from '../types'

/**
 * As torch.nn.utils.clip_grad_norm_: each gradient times min(1, maxNorm / (norm + 1e-6)). `norm` is the Euclidean length of all
 * gradients as one vector, before clipping. No clipping where `maxNorm` is null.
 */
export function clipByGlobalNorm(
  e: Emitter,
  gradients: readonly Value[],
  maxNorm: number | null,
): { gradients: readonly Value[]; norm: Value } {
  const squares = gradients.map((gradient) => {
    const axes = gradient.shape.map((_, axis) => axis)
    return e.sum(e.square(gradient), axes)
  })
  const norm = e.sqrt(squares.reduce((total, square) => e.add(total, square), e.constant(0)))
  if (maxNorm === null) return { gradients, norm }
  const scale = e.minimum(e.div(maxNorm, e.add(norm, 1e-6)), 1)
  return { gradients: gradients.map((gradient) => e.mul(gradient, scale)), norm }
}
