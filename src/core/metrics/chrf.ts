/**
 * chrF (Popović 2015) over a corpus with one reference each, as sacreBLEU computes it: n-grams of 1 to 6 characters without white space,
 * counted over all sequences; the F-score of mean precision and mean recall, with recall weighted twice as much (β = 2).
 */
import { words } from './bleu-tokenisers'
import { ngramsOf, sharedNgrams } from './ngrams'

/** The longest n-grams, in characters (code points). */
const ORDERS = 6
const BETA = 2

export class Chrf {
  private readonly matches = new Float64Array(ORDERS)
  private readonly hypotheses = new Float64Array(ORDERS)
  private readonly references = new Float64Array(ORDERS)

  /** Adds one generated text and its reference. */
  add(hypothesis: string, reference: string): void {
    const [generated, wanted] = [charactersOf(hypothesis), charactersOf(reference)]
    for (let n = 1; n <= ORDERS; n++) {
      const inReference = Math.max(0, wanted.length - n + 1)
      this.matches[n - 1]! += sharedNgrams(ngramsOf(generated, n, ''), ngramsOf(wanted, n, ''))
      this.references[n - 1]! += inReference
      // A reference too short for this order says nothing about its n-grams.
      if (inReference > 0) this.hypotheses[n - 1]! += Math.max(0, generated.length - n + 1)
    }
  }

  /** Between 0 and 100. Orders without n-grams on either side are left out of the means. */
  get score(): number {
    const { matches, hypotheses, references } = this
    const orders = [...matches.keys()].filter((order) => hypotheses[order]! > 0 && references[order]! > 0)
    const meanOver = (counts: Float64Array): number =>
      orders.reduce((sum, order) => sum + matches[order]! / counts[order]!, 0) / Math.max(orders.length, 1)
    const [precision, recall] = [meanOver(hypotheses), meanOver(references)]
    if (precision + recall === 0) return 0
    return (100 * (1 + BETA ** 2) * precision * recall) / (BETA ** 2 * precision + recall)
  }
}

const charactersOf = (text: string): string[] => words(text).flatMap((word) => Array.from(word))
