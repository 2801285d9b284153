/** Weights of one model in another: what goes over is what has the same name and the same shape. */
import type { Shape, State } from '../program/types'

/** A tensor as a weights file names it. */
export interface Given {
  readonly shape: Shape
  readonly data: Float32Array | Int32Array
}

/** A weight of which the file has something else by the same name. */
export interface Misfit {
  readonly name: string
  readonly reason: 'shape' | 'type'
  readonly own: Shape
  readonly given: Shape
}

/** What became of every weight, by name and in the model's order. */
export interface Transplant {
  readonly matched: readonly string[]
  readonly misfits: readonly Misfit[]
  /** In the model, not in the file: they begin as they would have. */
  readonly missing: readonly string[]
  /** In the file, not in the model. */
  readonly unused: readonly string[]
}

const ofTheOptimiser = (name: string): boolean => name.startsWith('optimiser/')

/** Weights and running figures, such as a norm's means. What an optimiser keeps belongs to the training that it comes from. */
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

/** Why a weight was not taken over, by a name that `weights.json` has a sentence for, and the shapes it speaks of. */
export interface NotTaken {
  readonly name: string
  readonly reason: Misfit['reason'] | 'missing' | 'unused'
  readonly shapes: { readonly own: string; readonly given: string }
}

/** Every weight that did not go over: of the model in its order, then what only the file has. */
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

/** How many went over, and how many of the model's did not. */
export const takenCounts = ({ matched, misfits, missing }: Transplant): { matched: number; others: number } => ({
  matched: matched.length,
  others: misfits.length + missing.length,
})
