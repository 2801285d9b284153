/**
 * BLEU (Papineni et al. 2002) over a corpus with one reference each, as sacreBLEU computes it (Post 2018): n-grams of 1 to 4 words, counted
 * over all sequences, exponential smoothing of orders without a match (Chen & Cherry 2014, method 3), and a brevity penalty.
 */
import { bleuTokenisers, type BleuTokeniser } from './bleu-tokenisers'
import { ngramsOf, sharedNgrams } from './ngrams'

/** The longest n-grams. */
const ORDERS = 4

export class Bleu {
  private readonly matches = new Float64Array(ORDERS)
  private readonly hypotheses = new Float64Array(ORDERS)
  private hypothesisLength = 0
  private referenceLength = 0

  constructor(private readonly tokeniser: BleuTokeniser) {}

  /** Adds one generated text and its reference. */
  add(hypothesis: string, reference: string): void {
    const split = bleuTokenisers[this.tokeniser]
    const [generated, wanted] = [split(hypothesis), split(reference)]
    this.hypothesisLength += generated.length
    this.referenceLength += wanted.length
    for (let n = 1; n <= ORDERS; n++) {
      this.matches[n - 1]! += sharedNgrams(ngramsOf(generated, n), ngramsOf(wanted, n))
      this.hypotheses[n - 1]! += Math.max(0, generated.length - n + 1)
    }
  }

  /** Between 0 and 100. 0 if no word matches, or if no generated text has four words. */
  get score(): number {
    const { matches, hypotheses } = this
    if (!matches.some((count) => count > 0) || hypotheses.includes(0)) return 0
    let smoothed = 1
    const logPrecisions = Array.from(hypotheses, (count, order) => {
      if (matches[order]! > 0) return Math.log(matches[order]! / count)
      smoothed /= 2 // each further order without a match counts as half as much of one
      return Math.log(smoothed / count)
    })
    const mean = logPrecisions.reduce((sum, value) => sum + value, 0) / ORDERS
    return 100 * this.brevityPenalty * Math.exp(mean)
  }

  /** 1, or less if the generated texts have fewer words than the references: precision alone would reward short texts. */
  private get brevityPenalty(): number {
    const { hypothesisLength, referenceLength } = this
    if (hypothesisLength >= referenceLength) return 1
    return Math.exp(1 - referenceLength / hypothesisLength)
  }
}
