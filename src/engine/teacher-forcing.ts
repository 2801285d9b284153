/**
 * Inputs of a decoder: at each position the truth, or its own prediction for the position before. Defined sequentially from
 * left to right, but computed for all positions in parallel: positions without the truth take the prediction of the last pass,
 * repeated until nothing changes. For a causal decoder, the fixed point is the sequence of the sequential loop. After n passes
 * the first n positions are final, so there are at most as many passes as positions, and usually far fewer.
 */
import { truthShare } from '@core/lab/teacher-forcing'
import { stream } from '@core/random/stream'
import type { Signature } from '@core/signature'
import type { Batch } from '@core/tasks/types'
import { batchFeeds, type Gates } from './feeds'
import type { Compiled } from './model'
import type { Training } from './training'

export interface Rollout {
  /** Final inputs of the decoder, (batch, token). */
  readonly inputs: Int32Array
  /** Its predictions for them, (batch, token). */
  readonly predictions: Int32Array
  readonly passes: number
}

export interface RolloutOptions {
  /** Tokens per sequence. */
  readonly length: number
  /** Whether the input at an index of the batch's tokens is the truth; called for real tokens after the first. */
  readonly isTruth: (index: number) => boolean
  /**
   * Initial inputs at the other positions, (batch, token). For a causal decoder, a good guess saves passes and does not change
   * the result.
   */
  readonly guess: Int32Array
  readonly gates: Gates
  /** End token: what follows the first one predicted in a sequence is not wanted, and needs no passes. */
  readonly end?: number
}

/** `compiled` must output predictions for the batch. First tokens and padding stay unchanged. */
export async function rollOut({ program, executable }: Compiled, batch: Batch, options: RolloutOptions): Promise<Rollout> {
  const { length, isTruth, guess, gates, end } = options
  const { tokens, mask } = batch
  const own = [...tokens.keys()].filter((index) => index % length > 0 && mask?.[index] !== 0 && !isTruth(index))
  const inputs = tokens.slice()
  for (const index of own) inputs[index] = guess[index]!
  for (let passes = 1; ; passes++) {
    const outputs = await executable.run(batchFeeds(program, { ...batch, tokens: inputs }, gates), ['predictions'])
    const predictions = outputs.get('predictions') as Int32Array
    const isOver = end === undefined ? null : behindEnd(predictions, length, end)
    const wrong = own.filter((index) => inputs[index] !== predictions[index - 1] && !isOver?.[index])
    if (wrong.length === 0 || passes === length) return { inputs, predictions, passes }
    for (const index of wrong) inputs[index] = predictions[index - 1]!
  }
}

/** (batch, token), 1 where an earlier prediction of the sequence is the end token. */
function behindEnd(predictions: Int32Array, length: number, end: number): Uint8Array {
  const isOver = new Uint8Array(predictions.length)
  for (let index = 0; index < isOver.length; index++)
    if (index % length > 0 && (isOver[index - 1] === 1 || predictions[index - 1] === end)) isOver[index] = 1
  return isOver
}

const none: Gates = new Map()

/** The batch of a training step, with inputs mixed by the lab's teacher forcing. `draw` numbers batches as the steps do. */
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

/**
 * Output that the model generates for a batch without targets. The first guess is empty, so that a decoder that is not causal
 * cannot see the targets.
 */
export function freeRun(compiled: Compiled, batch: Batch, length: number, gates: Gates): Promise<Rollout> {
  return rollOut(compiled, batch, { length, isTruth: () => false, guess: new Int32Array(batch.tokens.length), gates })
}

/**
 * Like {@link freeRun}, but to the end token or to the longest possible sequence, instead of as far as the targets reach. Rows of padding stay
 * empty.
 */
export function generateAll(
  compiled: Compiled,
  batch: Batch,
  { length, written }: Pick<Signature, 'length' | 'written'>,
  gates: Gates,
): Promise<Rollout> {
  const mask = batch.mask?.map((_, index) => batch.mask![index - (index % length)]!)
  return rollOut(compiled, mask ? { ...batch, mask } : batch, {
    length,
    isTruth: () => false,
    guess: new Int32Array(batch.tokens.length),
    gates,
    ...(written && { end: written.end }),
  })
}
