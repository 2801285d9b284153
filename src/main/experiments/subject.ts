/** What a measure looks at: a lab's model, before or after training, and ways to ask it. */
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
  /** How well it did on validation data, from the first step to the last; empty where no measure looks back. */
  readonly curve: readonly Evaluation[]
  /** How well it does now. Looked up once. */
  readonly evaluation: () => Promise<Evaluation>
}

/** How much is looked at along the way, and where a figure counts. */
export const alongTheWay: Extent = { batches: 4, sequences: 128 }
const atTheEnd = quick

const none: Gates = new Map()

export async function evaluated(training: Training, extent: Extent = atTheEnd, gates: Gates = none): Promise<Evaluation> {
  const evaluation = await evaluate(training, gates, extent, () => Promise.resolve('go on'))
  if (!evaluation) throw new TypeError('the evaluation gave up without being asked to')
  return evaluation
}

/** A metric of the evaluation program, on validation data; NaN where the model has no such metric. */
export async function metric({ training, evaluation }: Subject, name: string, gates?: Gates): Promise<number> {
  const { loss, metrics } = gates ? await evaluated(training, atTheEnd, gates) : await evaluation()
  return name === 'loss' ? loss : (metrics[name] ?? NaN)
}

/** Validation sequences that a measure looks into. */
export const samplesOf = ({ task }: Training): number => Math.min(8, task.spec.validation)
export const samplesSeen = (training: Training): Batch => training.task.evaluationBatch(0, samplesOf(training))
export const inspected = (training: Training): Compiled => training.model.program('inspect', { batch: samplesOf(training) })

export interface Seen {
  readonly node: string
  readonly shape: readonly number[]
  readonly data: TensorData
}

/**
 * What the model computes for a few validation sequences: the probes of that name, of all blocks of some kinds, in the order of the
 * graph. Empty where no block has it.
 */
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

/** Runs another program on the model's weights, with a validation batch. */
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
