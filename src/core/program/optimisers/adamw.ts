/** AdamW (Loshchilov & Hutter 2019), as torch.optim.AdamW: weight decay shrinks the weights apart from the gradient. */
import { adaptiveChange, corrections, type AdamOptions } from './adaptive-moments'
import type { OptimiserDefinition } from './define'

export const adamw: OptimiserDefinition<AdamOptions> = {
  emit(e, parameters, options) {
    const change = adaptiveChange(e, options)
    const kept = e.sub(1, e.mul(e.scalarInput('learningRate'), options.weightDecay))
    for (const parameter of parameters) {
      const { value, name, decay } = parameter.state
      const shrunk = decay && options.weightDecay > 0 ? e.mul(value, kept) : value
      e.update(name, e.sub(shrunk, change(parameter, parameter.gradient)))
    }
  },
  scalars: corrections,
}
