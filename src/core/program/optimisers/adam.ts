/** Adam (Kingma & Ba 2015), as torch.optim.Adam: weight decay is added to the gradient. */
import { adaptiveStep, corrections, type AdamOptions } from './adaptive-moments'
import type { OptimiserDefinition } from './define'

export const adam: OptimiserDefinition<AdamOptions> = {
  emit(e, parameters, options) {
    const learningRate = e.scalarInput('learningRate')
    for (const parameter of parameters) {
      const { value, name, decay } = parameter.state
      const gradient =
        decay && options.weightDecay > 0 ? e.add(parameter.gradient, e.mul(value, options.weightDecay)) : parameter.gradient
      e.update(name, e.sub(value, e.mul(adaptiveStep(e, parameter, gradient, options), learningRate)))
    }
  },
  scalars: corrections,
}
