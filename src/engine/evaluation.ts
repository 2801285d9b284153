/** Metrics of a model over validation batches. */
import type { Scores } from '@core/contract/look'
import type { Evaluation, NamedClass } from '@core/contract/runs'
import type { LabDocument } from '@core/lab/document'
import { majorityBaseline, majoritySums } from '@core/metrics/baseline'
import { classFigures, type ClassFigures } from '@core/metrics/classes'
import { Sums } from '@core/metrics/sums'
import { measured } from '@core/metrics/table'
import type { Signature } from '@core/signature'
import type { Batch, TaskSpec } from '@core/tasks/types'
import { batchFeeds, type Gates } from './feeds'
import type { Compiled, Model } from './model'
import { generateAll } from './teacher-forcing'
import type { Subject } from './training'

/** Limit on the validation data evaluated: a number of batches, or of sequences where batches are small. */
export interface Extent {
  readonly batches: number
  readonly sequences: number
}

/** `quick` between steps, `thorough` at the end or on demand; figures of `quick` are stable to a percent or two. */
export const quick: Extent = { batches: 16, sequences: 512 }
export const thorough: Extent = { batches: 256, sequences: 2048 }

/** Number of batches to evaluate, of `available` ones of this size. */
export function batchesWithin({ batches, sequences }: Extent, size: number, available: number): number {
  return Math.min(available, Math.max(batches, Math.ceil(sequences / size)))
}

/** Sequences in a validation batch: as in training, or fewer if the validation set is smaller. */
export function evaluationBatch(lab: LabDocument, { validation }: TaskSpec): number {
  return Math.min(lab.training.batchSize, validation)
}

/**
 * Means over the validation set, or over the batches that `extent` allows, spread evenly over it. For generated sequences,
 * `accuracy` and `perplexity` are measured with the truth as input (teacher forcing), the other metrics on the free-running
 * output. `pause` is awaited between batches; the result is null if it asks to give up. Changes no state.
 */
export async function evaluate(
  subject: Subject,
  gates: Gates,
  extent: Extent,
  pause: () => Promise<'go on' | 'give up'>,
): Promise<Evaluation | null> {
  const tally = await tallied(subject, gates, extent, pause)
  return tally && { step: subject.model.step, ...tally.scores }
}

/** Like {@link evaluate}, with the underlying counts. */
export async function tallied(
  subject: Subject,
  gates: Gates,
  extent: Extent,
  pause: () => Promise<'go on' | 'give up'>,
): Promise<Tally | null> {
  const tally = new Tally(subject, gates)
  for (const { batch } of validationBatches(subject, extent)) {
    await tally.add(batch)
    if ((await pause()) === 'give up') return null
  }
  return tally
}

/** Whether both extents select the same batches of a task. */
export function isSameExtent({ model, task }: Subject, a: Extent, b: Extent): boolean {
  const size = evaluationBatch(model.lab, task.spec)
  const [first, second] = [a, b].map((extent) => batchesWithin(extent, size, task.evaluationBatches(size)))
  return first === second
}

/** Accumulates metrics over batches. */
export class Tally {
  private readonly compiled: Compiled
  private readonly signature: Signature
  private readonly sums: Sums
  private loss = 0
  private counted = 0

  /** `teacher-forced` leaves out the metrics of free-running output, which take many passes. */
  constructor(
    { model, task }: Subject,
    private readonly gates: Gates,
    private readonly kind: 'complete' | 'teacher-forced' = 'complete',
  ) {
    this.compiled = compiledFor(model, task.spec)
    this.signature = task.spec.signature
    this.sums = new Sums(task.spec, this.compiled.program.tolerance)
  }

  /** Returns for each sequence whether it is fully right, free-running if the model generates; null for padding rows. */
  async add(batch: Batch): Promise<(boolean | null)[]> {
    const { compiled, signature, gates } = this
    const wanted = ['metric/loss/sum', 'metric/loss/count', 'predictions']
    const outputs = await compiled.executable.run(batchFeeds(compiled.program, batch, gates), wanted)
    const nats = outputs.get('metric/loss/sum')![0]!
    this.loss += nats
    this.counted += outputs.get('metric/loss/count')![0]!
    const right = this.sums.add(batch, outputs.get('predictions')!, nats)
    if (!signature.written || this.kind === 'teacher-forced') return right
    const { predictions } = await generateAll(compiled, batch, signature, gates)
    return this.sums.addGenerated(batch, predictions)
  }

  /** Figures by class, for tasks with classes. */
  get classes(): readonly ClassFigures[] {
    return classFigures(this.sums.counts)
  }

  get scores(): Scores {
    return { loss: this.loss / Math.max(this.counted, 1), metrics: measured(this.sums) }
  }
}

const compiledFor = (model: Model, spec: TaskSpec): Compiled =>
  model.program('evaluate', { batch: evaluationBatch(model.lab, spec) })

/** Each class by name, with the baseline's figures. Empty for tasks without named classes. */
export function namedClasses(subject: Subject, figures: readonly ClassFigures[]): NamedClass[] {
  if (figures.length === 0) return []
  const { spec } = subject.task
  const constant = classFigures(majoritySums(spec, 0, () => batchesOf(subject)).counts)
  return figures.map((figure, of) => {
    const { precision, recall, f1 } = constant[of]!
    return { name: spec.classes[of]!, ...figure, baseline: { precision, recall, f1 } }
  })
}

/** Metrics of a constant prediction on the same validation set, by name. Depends on the task alone, not on the weights. */
export function baseline(subject: Subject): Readonly<Record<string, number>> {
  const { spec } = subject.task
  const { tolerance = 0 } = compiledFor(subject.model, spec).program
  return majorityBaseline(spec, tolerance, () => batchesOf(subject))
}

function* batchesOf(subject: Subject): Generator<Batch> {
  for (const { batch } of validationBatches(subject, thorough)) yield batch
}

/** The batches that `extent` allows, spread evenly over the validation set, each with the index of its first sequence. */
export function* validationBatches({ model, task }: Subject, extent: Extent): Generator<{ batch: Batch; first: number }> {
  const size = evaluationBatch(model.lab, task.spec)
  const available = task.evaluationBatches(size)
  const batches = batchesWithin(extent, size, available)
  for (let i = 0; i < batches; i++) {
    const index = Math.floor((i * available) / batches)
    yield { batch: task.evaluationBatch(index, size), first: index * size }
  }
}
