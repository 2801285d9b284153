/**
 * Stochastic gradient descent with momentum, as torch.optim.SGD: weight decay is added to the gradient, v ← μ·v + g, p ← p − η·v
 * (Polyak 1964), or with Nesterov's look ahead p ← p − η·(g + μ·v) (Sutskever et al. 2013).
 */
import type { Optimiser } from './settings'
import { moment, type OptimiserDefinition } from './define'

export const sgd: OptimiserDefinition<Extract<Optimiser, { kind: 'sgd' }>> = {
  emit(e, parameters, { momentum, nesterov, weightDecay }) {
    const learningRate = e.scalarInput('learningRate')
    for (const parameter of parameters) {
      const { value, name, decay } = parameter.state
      const gradient = e.add(parameter.gradient, decay && weightDecay > 0 ? e.mul(value, weightDecay) : 0)
      let step = gradient
      if (momentum > 0) {
        const velocity = moment(e, 'velocity', parameter)
        const moved = e.add(e.mul(velocity.value, momentum), gradient)
        e.update(velocity.name, moved)
        step = nesterov ? e.add(gradient, e.mul(moved, momentum)) : moved
      }
      e.update(name, e.sub(value, e.mul(step, learningRate)))
    }
  },
  scalars: () => ({}),
}
