/** Initialises a model with the weights of another. */
import { adapterNames } from '@core/blocks/adapters'
import { LabError } from '@core/errors'
import { mergeAdapters, type Merged } from '@core/graph/adapters'
import { matchWeights, type Transplant } from '@core/graph/transplant'
import type { Graph } from '@core/lab/document'
import type { State } from '@core/program/types'
import type { Model } from './model'
import type { SafeTensor } from './safetensors'
import type { Training } from './training'
import type { WeightsFile } from './weights-file'

/** Moments of the optimiser are named after their weights. */
const momentPrefix = /^optimiser\/[^/]+\//
/** Initialisers that say exactly what a matrix is. */
const byHand = new Set(['values', 'identity', 'permutation', 'zeros', 'ones'])

/** Names of the weights whose initialiser was set by hand, otherwise than before. */
function editedSince(before: readonly State[], now: readonly State[]): ReadonlySet<string> {
  const known = new Map(before.map(({ name, initialiser }) => [name, JSON.stringify(initialiser)]))
  const edited = now.filter(
    ({ name, initialiser }) => byHand.has(initialiser.kind) && known.get(name) !== JSON.stringify(initialiser),
  )
  return new Set(edited.map(({ name }) => name))
}

/** With adapters merged that the model does not have in this shape, so that it computes the same without them. */
function mergedFor({ weights }: Model, { tensors, graph }: WeightsFile): Merged {
  if (!graph) return { tensors, matrices: [] }
  const own = new Map(weights.map(({ name, value }) => [name, value.shape.join()]))
  return mergeAdapters(tensors, graph, (matrix) => {
    const { a } = adapterNames(matrix)
    return own.get(a) === tensors.get(a)?.shape.join()
  })
}

/**
 * Copies the given weights that fit into the model, and returns which were copied and why the others were not. `path` is their
 * source. Throws LabError `weights.none-fit`; the model is then unchanged.
 */
export function transplant(model: Model, given: WeightsFile, path: string): Transplant {
  return copyWeights(model, mergedFor(model, given), path)
}

function copyWeights({ weights, states }: Model, { tensors: given, matrices }: Merged, path: string): Transplant {
  const report = matchWeights(weights, given)
  if (report.matched.length === 0) {
    const [example = '–'] = report.unused
    throw new LabError('weights.none-fit', { path, wanted: report.missing[0] ?? report.misfits[0]?.name ?? '–', example })
  }
  states.write(new Map(report.matched.map((name) => [name, given.get(name)!.data as Float32Array])))
  return matrices.length > 0 ? { ...report, merged: matrices } : report
}

/** All states of a run after a step. */
export interface Forked {
  readonly step: number
  /** Where they come from, for messages. */
  readonly directory: string
  readonly states: ReadonlyMap<string, SafeTensor>
  readonly graph: Graph
  /** Its weights, with the initialisers of its lab. */
  readonly weights: readonly State[]
}

/**
 * Begins a training with all states of another one that fit, those of the optimiser included; steps count on. Weights that were set by hand since
 * have their new values. With the same lab, it goes on with the same bytes. Throws LabError `fork.no-steps`, or `weights.none-fit`.
 */
export function takeOver({ model, train }: Training, { step, directory, states: all, graph, weights }: Forked): Transplant {
  const { steps } = model.lab.training
  if (step >= steps) throw new LabError('fork.no-steps', { step, steps })
  const edited = editedSince(weights, model.weights)
  const tensors = new Map([...all].filter(([name]) => !edited.has(name.replace(momentPrefix, ''))))
  const merged = mergedFor(model, { tensors, graph })
  const report = copyWeights(model, merged, directory)
  const fitting = train.program.states.flatMap(({ name, value }) => {
    const given = merged.tensors.get(name)
    const fits = given?.data instanceof Float32Array && given.shape.join() === value.shape.join()
    return fits ? [[name, given.data] as const] : []
  })
  model.states.write(new Map(fitting))
  model.step = step
  return report
}
