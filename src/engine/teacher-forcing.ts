/**
 * What a decoder is given: the truth, or what it has itself predicted one place before. Defined from left to right; computed for all
 * places at once. Every place that is not told the truth takes the last pass's prediction, again and again, until nothing changes:
 * where no place sees a later one, what stands then is the one sequence that the loop from left to right would have written. After n
 * passes its first n places are right, so there are at most as many passes as places; mostly far fewer.
 */
import { truthShare } from '@core/lab/teacher-forcing'
import { stream } from '@core/random/stream'
import type { Batch } from '@core/tasks/types'
import { batchFeeds, type Gates } from './feeds'
import type { Compiled } from './model'
import type { Training } from './training'

export interface Rollout {
  /** What the decoder was given in the end, (batch, token). */
  readonly inputs: Int32Array
  /** What it made of it, (batch, token). */
  readonly predictions: Int32Array
  readonly passes: number
}

export interface RolloutOptions {
  /** Of a sequence. */
  readonly length: number
  /** Whether the truth is given at an index of the batch's tokens; asked for real tokens after the first. */
  readonly isTruth: (index: number) => boolean
  /** What the other places begin with, (batch, token). A good guess saves passes and changes nothing where no place sees a later one. */
  readonly guess: Int32Array
  readonly gates: Gates
}

/** `compiled` gives predictions for the batch. First tokens and padding stay as they are. */
export async function rollOut({ program, executable }: Compiled, batch: Batch, options: RolloutOptions): Promise<Rollout> {
  const { length, isTruth, guess, gates } = options
  const { tokens, mask } = batch
  const own = [...tokens.keys()].filter((index) => index % length > 0 && mask?.[index] !== 0 && !isTruth(index))
  const inputs = tokens.slice()
  for (const index of own) inputs[index] = guess[index]!
  for (let passes = 1; ; passes++) {
    const outputs = await executable.run(batchFeeds(program, { ...batch, tokens: inputs }, gates), ['predictions'])
    const predictions = outputs.get('predictions') as Int32Array
    const wrong = own.filter((index) => inputs[index] !== predictions[index - 1])
    if (wrong.length === 0 || passes === length) return { inputs, predictions, passes }
    for (const index of wrong) inputs[index] = predictions[index - 1]!
  }
}

const none: Gates = new Map()

/** The batch of a training step, its inputs mixed as the lab's teacher forcing says. `draw` counts batches as steps count them. */
export async function trainingBatch({ model, task, rollout }: Training, step: number, draw: number): Promise<Batch> {
  const { seed, batchSize, teacherForcing } = model.lab.training
  const batch = task.trainBatch(seed, draw, batchSize)
  if (!rollout) return batch
  const share = Math.fround(truthShare(teacherForcing, step)) // runtimes differ in the last bit of exp and log
  const coins = stream(seed, 'teacher-forcing', draw).fillUniform(new Float32Array(batch.tokens.length))
  const { inputs } = await rollOut(rollout, batch, {
    length: task.spec.signature.length,
    isTruth: (index) => coins[index]! < share,
    guess: batch.tokens,
    gates: none,
  })
  return { ...batch, tokens: inputs }
}

/** What the model generates for a batch without the targets. The first guess is empty, so that no decoder that looks ahead can see them. */
export function freeRun(compiled: Compiled, batch: Batch, length: number, gates: Gates): Promise<Rollout> {
  return rollOut(compiled, batch, { length, isTruth: () => false, guess: new Int32Array(batch.tokens.length), gates })
}
