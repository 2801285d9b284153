/** Everything the metrics of a task are computed from, added up batch by batch. */
import type { Signature } from '../signature'
import type { Batch, TaskSpec } from '../tasks/types'
import { Counts, type Answers } from './counts'
import { GeneratedTexts } from './generated-texts'
import { Surprisal } from './surprisal'
import { untilEnd } from './written'

/** The properties of a task that its metrics depend on. */
export type MeasuredTask = Pick<TaskSpec, 'tokeniser' | 'classes'> & { readonly signature: Signature }

export class Sums {
  /** Predictions given the truth before them. */
  readonly counts: Counts
  /** Free-running predictions, for sequences generated from a source. */
  readonly free: Counts | null
  /** The texts they make. */
  readonly texts: GeneratedTexts | null
  /** Of tokens, in tasks in which the next token is predicted. */
  readonly surprisal: Surprisal | null

  /** `tolerance` is the largest error at which a predicted number is correct. */
  constructor(
    private readonly task: MeasuredTask,
    tolerance = 0,
  ) {
    const { signature, tokeniser, classes } = task
    this.counts = new Counts(signature, tolerance)
    this.free = signature.written && new Counts(signature)
    this.texts = signature.written && new GeneratedTexts(signature, tokeniser)
    this.surprisal = signature.causal ? new Surprisal(signature, classes) : null
  }

  /** `nats` is the loss summed over the scored predictions. Returns as {@link Counts.add}. */
  add(batch: Batch, predictions: Answers, nats: number): (boolean | null)[] {
    this.surprisal?.add(batch, nats)
    return this.counts.add(batch, predictions)
  }

  /** Adds (batch, token) ids generated without the truth. Returns as {@link Counts.add}. */
  addGenerated(batch: Batch, generated: Answers): (boolean | null)[] {
    this.texts?.add(batch, generated)
    return this.free!.add(batch, untilEnd(this.task.signature, batch, generated))
  }
}
