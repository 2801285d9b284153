/** How improbable the targets are to a model: the sums behind perplexity and bits per character. */
import type { Batch } from '../tasks/types'
import { isAsked, type AnswerShape } from './counts'

export class Surprisal {
  /** Sum of −ln p(target) over the scored tokens. */
  nats = 0
  /** Number of scored tokens. */
  tokens = 0
  /** Characters (code points) of the scored tokens. */
  characters = 0
  /** By class id. */
  private readonly lengths: Float64Array

  /** `classes` are the token texts by id. */
  constructor(
    private readonly task: AnswerShape,
    classes: readonly string[],
  ) {
    this.lengths = Float64Array.from(classes, (text) => Array.from(text).length)
  }

  /** `nats` is the loss summed over the scored tokens of the batch. */
  add(batch: Batch, nats: number): void {
    this.nats += nats
    for (const [place, target] of batch.targets.entries()) {
      if (!isAsked(this.task, batch, place)) continue
      this.tokens++
      this.characters += this.lengths[target]!
    }
  }
}
