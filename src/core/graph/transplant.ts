/** Initialises a model with weights of another, matched by name and shape. */
import type { Shape, State } from '../program/types'

/** Shape and type of a tensor in a weights file. */
export interface Given {
  readonly shape: Shape
  readonly data: Float32Array | Int32Array
}

/** A weight whose shape or type in the file differs. */
export interface Misfit {
  readonly name: string
  readonly reason: 'shape' | 'type'
  readonly own: Shape
  readonly given: Shape
}

/** The result for every weight, by name and in the model's order. */
export interface Transplant {
  readonly matched: readonly string[]
  readonly misfits: readonly Misfit[]
  /** In the model but not in the file: initialised as usual. */
  readonly missing: readonly string[]
  /** In the file but not in the model. */
  readonly unused: readonly string[]
  /** Matrices into which the source's adapters were merged, as the model has no adapters of that rank there. */
  readonly merged?: readonly string[] | undefined
}

const ofTheOptimiser = (name: string): boolean => name.startsWith('optimiser/')

/**
 * Matches weights and buffers, such as the running mean of a norm. Optimiser state is not matched, because it belongs to the previous
 * training.
 */
export function matchWeights(states: readonly State[], given: ReadonlyMap<string, Given>): Transplant {
  const own = states.filter(({ role, name }) => role !== 'moment' && !ofTheOptimiser(name))
  const names = new Set(own.map(({ name }) => name))
  const misfits = own.flatMap(({ name, value }): Misfit[] => {
    const tensor = given.get(name)
    if (!tensor) return []
    const sameShape = tensor.shape.join() === value.shape.join()
    if (sameShape && tensor.data instanceof Float32Array) return []
    return [{ name, reason: sameShape ? 'type' : 'shape', own: value.shape, given: tensor.shape }]
  })
  const refused = new Set(misfits.map(({ name }) => name))
  return {
    matched: own.flatMap(({ name }) => (given.has(name) && !refused.has(name) ? [name] : [])),
    misfits,
    missing: own.flatMap(({ name }) => (given.has(name) ? [] : [name])),
    unused: [...given.keys()].filter((name) => !names.has(name) && !ofTheOptimiser(name)).toSorted(),
  }
}

/** The reason why a weight was not matched, as a key of `weights.json`, with the shapes for its text. */
export interface NotTaken {
  readonly name: string
  readonly reason: Misfit['reason'] | 'missing' | 'unused'
  readonly shapes: { readonly own: string; readonly given: string }
}

/** Every weight that was not matched: those of the model in its order, then those only in the file. */
export function notTaken({ misfits, missing, unused }: Transplant): NotTaken[] {
  const none = { own: '', given: '' }
  return [
    ...misfits.map(({ name, reason, own, given }) => ({
      name,
      reason,
      shapes: { own: `(${own.join(', ')})`, given: `(${given.join(', ')})` },
    })),
    ...missing.map((name) => ({ name, reason: 'missing' as const, shapes: none })),
    ...unused.map((name) => ({ name, reason: 'unused' as const, shapes: none })),
  ]
}

/** Number of matched weights, and of the model's weights that were not. */
export const takenCounts = ({ matched, misfits, missing }: Transplant): { matched: number; others: number } => ({
  matched: matched.length,
  others: misfits.length + missing.length,
})
