import { LabError } from '@core/errors'
import { compile } from '@core/graph/compile'
import type { Signature } from '@core/signature'
import type { Model } from '../model'

/**
 * The shortest window in which the model predicts the same for its first `tokens` tokens: these alone if all attention is causal and no weight has
 * the size of the window, otherwise the whole window.
 */
export function windowFor({ lab, signature, weights }: Model, tokens: number): Signature {
  if (!signature.causal || tokens < 1 || tokens >= signature.length) return signature
  try {
    compile(lab, signature, { mode: 'generate', batch: 1 }) // token by token, which only causal models can do
    const short = { ...signature, length: tokens }
    const shapes = new Map(weights.map(({ name, value }) => [name, value.shape.join()]))
    const { states } = compile(lab, short, { mode: 'infer', batch: 2 })
    return states.every(({ name, value }) => shapes.get(name) === value.shape.join()) ? short : signature
  } catch (error) {
    if (error instanceof LabError) return signature
    throw error
  }
}
