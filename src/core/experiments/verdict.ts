/** Verdicts of claims from measurements. */
import type { MeasureName } from './measures'
import type { Claim, Experiment, Rule, Term } from './types'

/** One number or a row of them; NaN if there is nothing to measure. */
export type Measured = number | readonly number[]
export type Values = Readonly<Partial<Record<MeasureName, Measured>>>
/** Measured values by variation, one entry per seed. */
export type Measurements = Readonly<Record<string, readonly Values[]>>

/**
 * Supported if it holds for every seed, contradicted if for none, undecided otherwise or if a number is missing. Makes no assumption about
 * the distribution of the numbers.
 */
export type Verdict = 'supported' | 'contradicted' | 'undecided'

export const verdictSigns: Readonly<Record<Verdict, string>> = { supported: '✓', contradicted: '✗', undecided: '≈' }

export interface Judged {
  readonly claim: string
  readonly verdict: Verdict
  /** For how many seeds it holds. */
  readonly holds: number
  readonly of: number
  /** The compared values, over all seeds. */
  readonly rules: readonly { readonly rule: Rule; readonly left: Summary; readonly right: Summary }[]
}

export interface Summary {
  readonly mean: number
  /** Standard deviation over the seeds, dividing by n − 1; 0 for a single seed. */
  readonly deviation: number
}

export function summarise(numbers: readonly number[]): Summary {
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length
  const squares = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0)
  return { mean, deviation: numbers.length > 1 ? Math.sqrt(squares / (numbers.length - 1)) : 0 }
}

/** The verdict of every claim; that of the experiment is its weakest. */
export function judge({ claims }: Experiment, measurements: Measurements): { verdict: Verdict; claims: readonly Judged[] } {
  const judged = claims.map((claim) => judgeClaim(claim, measurements))
  const found = (verdict: Verdict): boolean => judged.some((claim) => claim.verdict === verdict)
  return { verdict: (['contradicted', 'undecided'] as const).find(found) ?? 'supported', claims: judged }
}

function judgeClaim({ id, rules }: Claim, measurements: Measurements): Judged {
  const count = Math.min(...Object.values(measurements).map((values) => values.length))
  const all = Array.from({ length: count }, (_, seed) => seed)
  const outcomes = all.map((seed) => rules.map((rule) => outcome(rule, (term) => valueOf(term, measurements, seed))))
  const holds = outcomes.filter((results) => results.every((result) => result === true)).length
  const fails = outcomes.filter((results) => results.includes(false)).length
  return {
    claim: id,
    verdict: holds === count ? 'supported' : fails === count ? 'contradicted' : 'undecided',
    holds,
    of: count,
    rules: rules.map((rule) => {
      const over = (term: Term): Summary => summarise(all.map((seed) => valueOf(term, measurements, seed)))
      return { rule, left: over(rule.left), right: over(rule.right) }
    }),
  }
}

/** null if a number is missing. */
function outcome(rule: Rule, value: (term: Term) => number): boolean | null {
  const [left, right] = [value(rule.left), value(rule.right)]
  if (Number.isNaN(left) || Number.isNaN(right)) return null
  return rule.is === 'above' ? left > right + (rule.by ?? 0) : Math.abs(left - right) <= rule.within
}

function valueOf(term: Term, measurements: Measurements, seed: number): number {
  if (typeof term === 'number') return term
  const { measure, of, at = 0, times = 1 } = term
  const measured = measurements[of]?.[seed]?.[measure] ?? NaN
  return times * (typeof measured === 'number' ? measured : (measured.at(at) ?? NaN))
}

/** How many claims have each verdict. */
export function tally(verdicts: readonly Verdict[]): Readonly<Record<Verdict, number>> {
  const count = (verdict: Verdict): number => verdicts.filter((each) => each === verdict).length
  return { supported: count('supported'), contradicted: count('contradicted'), undecided: count('undecided') }
}
