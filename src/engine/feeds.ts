/** Inputs of a program: the task's batch, the optimiser's scalars, the step's dropout masks, and gates. */
import type { Mutes } from '@core/contract/look'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { rateShare } from '@core/lab/schedule'
import { optimisers } from '@core/program/optimisers'
import { sizeOf } from '@core/program/shapes'
import type { Input, Program } from '@core/program/types'
import { dropoutMask } from '@core/random/stream'
import type { Batch } from '@core/tasks/types'
import type { Feeds, TensorData } from './executor'

/** Runtime multipliers by name, for gates whose values are not all 1. */
export type Gates = ReadonlyMap<string, Float32Array>

/** By the name of the input: 1 where a value is taken from the last sequence of the batch. */
export type Patches = ReadonlyMap<string, Float32Array>
const none: Patches = new Map()

/** Position of a batch within its step, for steps of several batches. */
export interface Turn {
  /** Number of the batch, counted from 1 over all steps. */
  readonly draw: number
  /** Predictions counted in the step's earlier batches. */
  readonly countedBefore: number
}

/** Learning rate of a step (counted from 1) after the lab's schedule. */
export function stepRate({ training: { schedule, steps } }: LabDocument, step: number, learningRate: number): number {
  return learningRate * rateShare(schedule, step, steps)
}

/** The optimiser's scalars at a step. */
function stepScalars(lab: LabDocument, step: number, learningRate: number): Record<string, number> {
  const { optimiser } = lab.training
  return { learningRate: stepRate(lab, step, learningRate), ...optimisers[optimiser.kind].scalars(optimiser, step) }
}

/** Inputs of a training step (counted from 1). */
export function stepFeeds(
  program: Program,
  lab: LabDocument,
  batch: Batch,
  step: number,
  learningRate: number,
  { draw, countedBefore }: Turn = { draw: step, countedBefore: 0 },
): Feeds {
  const { seed } = lab.training
  const scalars: Readonly<Record<string, number>> = { countedBefore, ...stepScalars(lab, step, learningRate) }
  return feedsOf(program, (input) => {
    const { name } = input
    if (input.kind === 'scalar') return Float32Array.of(scalars[name]!)
    if (input.kind === 'dropout') return dropoutMask(new Float32Array(sizeOf(input.value.shape)), input.rate, seed, name, draw)
    return fromBatch(input, batch) ?? ones(input)
  })
}

/** Inputs of the update of a step whose batches were divided into shards: the sum of all gradients, and how many predictions were scored. */
export function updateFeeds(
  program: Program,
  lab: LabDocument,
  step: number,
  learningRate: number,
  { gradients, counted }: { readonly gradients: Float32Array; readonly counted: number },
): Feeds {
  const scalars: Readonly<Record<string, number>> = { counted, ...stepScalars(lab, step, learningRate) }
  return feedsOf(program, ({ kind, name }) => (kind === 'scalar' ? Float32Array.of(scalars[name]!) : gradients))
}

/** Inputs of a program that does not train: no dropout, gates and patches as given. */
export function batchFeeds(program: Program, batch: Batch, gates: Gates, patches: Patches = none): Feeds {
  return feedsOf(program, (input) => {
    if (input.kind === 'patch') return patches.get(input.name) ?? zeros(input)
    return fromBatch(input, batch) ?? gates.get(input.name) ?? ones(input)
  })
}

/** Throws LabError unless the program has this gate with that many values. */
function requireGate(program: Program, name: string, values: readonly number[]): Float32Array {
  const input = program.inputs.find((each) => each.kind === 'gate' && each.name === name)
  if (!input) throw new LabError('run.unknown-gate', { gate: name })
  const wanted = sizeOf(input.value.shape)
  if (values.length !== wanted) throw new LabError('run.gate-size', { gate: name, wanted, given: values.length })
  return Float32Array.from(values)
}

/** The gates of a program that mute these parts. Throws LabError as {@link requireGate}. */
export function gatesOf(program: Program, mutes: Mutes): Gates {
  return new Map(Object.entries(mutes).map(([name, values]) => [name, requireGate(program, name, values)]))
}

function feedsOf(program: Program, feed: (input: Input) => TensorData): Feeds {
  return Object.fromEntries(program.inputs.map((input) => [input.name, feed(input)]))
}

function fromBatch({ kind, name }: Input, batch: Batch): TensorData | undefined {
  if (kind !== 'data') return undefined
  const data = { ...batch }[name as keyof Batch]
  if (!data) throw new TypeError(`the task's batch has no ${name}`)
  return data
}

const ones = ({ value }: Input) => new Float32Array(sizeOf(value.shape)).fill(1)
const zeros = ({ value }: Input) => new Float32Array(sizeOf(value.shape))
