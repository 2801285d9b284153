/** Gradients and updates of the next training step, without applying it. */
import type { State } from '@core/program/types'
import type { TaskInstance } from '@core/tasks/types'
import type { Model } from '../model'
import type { Training } from '../training'
import { rehearse } from '../training-step'

export interface Peeked {
  readonly of: 'gradient' | 'update'
  readonly name: string
  readonly state: State
}

/**
 * By name, in the shape of the weight. Gradients are those of the whole step's mean loss before clipping; updates are the
 * amounts added to the weight. Frozen weights, and weights that the loss does not depend on, have none.
 */
export async function peek(
  subject: Training | { readonly model: Model; readonly task: TaskInstance | null },
  wanted: readonly Peeked[],
): Promise<ReadonlyMap<string, Float32Array>> {
  if (wanted.length === 0 || !('train' in subject)) return new Map()
  const { model, train } = subject
  const updates = wanted.filter(({ of, state }) => of === 'update' && state.trainable)
  const differentiated = model.program('train', { gradients: true })
  const gradients = wanted.filter(({ of, name }) => of === 'gradient' && differentiated.program.outputs.has(name))
  const found = new Map<string, Float32Array>()
  await rehearse(subject, async (feeds) => {
    if (gradients.length > 0) {
      const names = gradients.map(({ name }) => name)
      const outputs = await differentiated.executable.run(feeds, names)
      for (const name of names) found.set(name, outputs.get(name) as Float32Array)
    }
    if (updates.length > 0) {
      const names = updates.map(({ state }) => state.name)
      await train.executable.run(feeds, ['loss'], true)
      const [before, after] = [model.states.read(names), train.executable.uncommitted(names)]
      for (const { name, state } of updates) {
        const [from, to] = [before.get(state.name)!, after.get(state.name)]
        if (to)
          found.set(
            name,
            to.map((x, i) => x - from[i]!),
          )
      }
    }
  })
  return found
}
