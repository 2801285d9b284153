/** Adam (Kingma & Ba 2015), as torch.optim.Adam: weight decay is added to the gradient. */
import { adaptiveChange, corrections, type AdamOptions } from './adaptive-moments'
import type { OptimiserDefinition } from './define'

export const adam: OptimiserDefinition<AdamOptions> = {
  emit(e, parameters, options) {
    const change = adaptiveChange(e, options)
    for (const parameter of parameters) {
      const { value, name, decay } = parameter.state
      const pull = decay && options.weightDecay > 0 ? e.mul(value, options.weightDecay) : 0
      e.update(name, e.sub(value, change(parameter, e.add(parameter.gradient, pull))))
    }
  },
  scalars: corrections,
}
