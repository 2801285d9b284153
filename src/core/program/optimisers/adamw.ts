/** AdamW (Loshchilov & Hutter 2019), as torch.optim.AdamW: weight decay shrinks the weights apart from the gradient. */
import { adaptiveStep, corrections, type AdamOptions } from './adaptive-moments'
import type { OptimiserDefinition } from './define'

export const adamw: OptimiserDefinition<AdamOptions> = {
  emit(e, parameters, options) {
    const learningRate = e.scalarInput('learningRate')
    const kept = e.sub(1, e.mul(learningRate, options.weightDecay))
    for (const parameter of parameters) {
      const { value, name, decay } = parameter.state
      const shrunk = decay && options.weightDecay > 0 ? e.mul(value, kept) : value
      e.update(name, e.sub(shrunk, e.mul(adaptiveStep(e, parameter, parameter.gradient, options), learningRate)))
    }
  },
  scalars: corrections,
}
