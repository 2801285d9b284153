/**
 * Scores of generated texts against their references: BLEU and chrF of decoded texts, not of the model's tokens. So they can be compared
 * between models with different tokens, and with other systems. Words unknown to the task are its unknown token on both sides.
 */
import type { Batch } from '../tasks/types'
import { decode, type Tokeniser } from '../tokenisers'
import { Bleu } from './bleu'
import { bleuTokeniserFor } from './bleu-tokenisers'
import { Chrf } from './chrf'
import type { Answers, AnswerShape } from './counts'

export class GeneratedTexts {
  readonly bleu: Bleu
  readonly chrf = new Chrf()

  constructor(
    private readonly task: AnswerShape,
    private readonly tokeniser: Tokeniser,
  ) {
    this.bleu = new Bleu(bleuTokeniserFor(tokeniser.vocabulary))
  }

  /** Adds (batch, token) ids, which end before the first end token, or with the longest sequence. Skips rows of padding. */
  add({ targets, mask }: Batch, generated: Answers): void {
    const { length } = this.task
    for (let start = 0; start < targets.length; start += length) {
      if (mask?.[start] === 0) continue
      const [hypothesis, reference] = [this.textAt(generated, start), this.textAt(targets, start)]
      this.bleu.add(hypothesis, reference)
      this.chrf.add(hypothesis, reference)
    }
  }

  private textAt(ids: Answers, start: number): string {
    const row = Array.from({ length: this.task.length }, (_, place) => ids[start + place]!)
    const end = row.indexOf(this.task.written?.end ?? -1)
    return decode(this.tokeniser, end < 0 ? row : row.slice(0, end))
  }
}
