/** Stochastic gradient descent with momentum (Polyak 1964), as torch.optim.SGD: v ← μ·v + g, p ← p − η·v. */
import type { Optimiser } from '../../lab/document'
import { moment, type OptimiserDefinition } from './define'

export const sgd: OptimiserDefinition<Extract<Optimiser, { kind: 'sgd' }>> = {
  emit(e, parameters, { momentum }) {
    const learningRate = e.scalarInput('learningRate')
    for (const parameter of parameters) {
      const { state, gradient } = parameter
      let step = gradient
      if (momentum > 0) {
        const velocity = moment(e, 'velocity', parameter)
        step = e.add(e.mul(velocity.value, momentum), gradient)
        e.update(velocity.name, step)
      }
      e.update(state.name, e.sub(state.value, e.mul(step, learningRate)))
    }
  },
  scalars: () => ({}),
}
