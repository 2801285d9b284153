/** The subject of a measure: a lab's model before or after training, and functions to examine it. */
import type { Evaluation } from '@core/contract/runs'
import type { Program } from '@core/program/types'
import type { Batch } from '@core/tasks/types'
import type { TensorData } from '@engine/executor'
import { evaluate, quick, type Extent } from '@engine/evaluation'
import { batchFeeds, type Gates } from '@engine/feeds'
import type { Compiled } from '@engine/model'
import type { Training } from '@engine/training'

export interface Subject {
  readonly training: Training
  /** Validation results over the course of training; empty if no measure needs them. */
  readonly curve: readonly Evaluation[]
  /** Validation result now. Computed once. */
  readonly evaluation: () => Promise<Evaluation>
}

/** Amount of validation data used during training, and for final figures. */
export const alongTheWay: Extent = { batches: 4, sequences: 128 }
const atTheEnd = quick

const none: Gates = new Map()

export async function evaluated(training: Training, extent: Extent = atTheEnd, gates: Gates = none): Promise<Evaluation> {
  const evaluation = await evaluate(training, gates, extent, () => Promise.resolve('go on'))
  if (!evaluation) throw new TypeError('the evaluation gave up without being asked to')
  return evaluation
}

/** A metric of the evaluation program on validation data; NaN if the model does not have it. */
export async function metric({ training, evaluation }: Subject, name: string, gates?: Gates): Promise<number> {
  const { loss, metrics } = gates ? await evaluated(training, atTheEnd, gates) : await evaluation()
  return name === 'loss' ? loss : (metrics[name] ?? NaN)
}

/** Number of validation sequences that a measure inspects. */
export const samplesOf = ({ task }: Training): number => Math.min(8, task.spec.validation)
export const samplesSeen = (training: Training): Batch => training.task.evaluationBatch(0, samplesOf(training))
export const inspected = (training: Training): Compiled => training.model.program('inspect', { batch: samplesOf(training) })

export interface Seen {
  readonly node: string
  readonly shape: readonly number[]
  readonly data: TensorData
}

/** Probes of this name, of all blocks that have it in graph order, on a few validation sequences. Empty if no block has it. */
export async function seen({ training }: Subject, name: string, gates: Gates = none): Promise<readonly Seen[]> {
  const { program, executable } = inspected(training)
  const probes = program.probes.filter((probe) => probe.name === `${probe.block}/${name}`)
  const wanted = probes.map((probe) => `probe/${probe.name}`)
  if (wanted.length === 0) return []
  const outputs = await executable.run(batchFeeds(program, samplesSeen(training), gates), wanted)
  return probes.map(({ block, value, name: probe }) => ({
    node: block,
    shape: value.shape,
    data: outputs.get(`probe/${probe}`)!,
  }))
}

/** Runs another program with the model's weights on a validation batch. */
export async function runOnce(
  { training: { model, task } }: Subject,
  program: Program,
  batch: number,
  wanted: readonly string[],
): Promise<Map<string, TensorData>> {
  const executable = model.executor.compile(program, model.states)
  try {
    return await executable.run(batchFeeds(program, task.evaluationBatch(0, batch), none), wanted)
  } finally {
    executable.dispose()
  }
}
