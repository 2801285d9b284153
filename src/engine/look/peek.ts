/** Gradients and updates of the next training step, without applying it. */
import type { State } from '@core/program/types'
import type { TaskInstance } from '@core/tasks/types'
import type { Model } from '../model'
import type { Training } from '../training'
import { rehearse } from '../training-step'

export type Peeked =
  | { readonly of: 'gradient' | 'update'; readonly name: string; readonly state: State }
  | { readonly of: 'gradientNorm'; readonly name: string }

/** The names of all gradient norms. */
export const gradientNorms = ({ model }: Training): ReadonlyMap<string, unknown> =>
  model.program('train', { gradientNorms: true }).program.outputs

/**
 * By name, in the shape of the weight; norms are single numbers. Gradients are those of the whole step's mean loss before clipping; updates
 * are the amounts added to the weight. Frozen weights, and weights that the loss does not depend on, have none.
 */
export async function peek(
  subject: Training | { readonly model: Model; readonly task: TaskInstance | null },
  wanted: readonly Peeked[],
): Promise<ReadonlyMap<string, Float32Array>> {
  if (wanted.length === 0 || !('train' in subject)) return new Map()
  const { model, train } = subject
  const updates = wanted.flatMap((each) => (each.of === 'update' && each.state.trainable ? [each] : []))
  const found = new Map<string, Float32Array>()
  await rehearse(subject, async (feeds) => {
    for (const of of ['gradient', 'gradientNorm'] as const) {
      const asked = wanted.filter((each) => each.of === of)
      if (asked.length === 0) continue
      const { program, executable } = model.program('train', of === 'gradient' ? { gradients: true } : { gradientNorms: true })
      const names = asked.flatMap(({ name }) => (program.outputs.has(name) ? [name] : []))
      if (names.length === 0) continue
      const outputs = await executable.run(feeds, names)
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
