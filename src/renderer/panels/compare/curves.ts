/** The curves of compared runs: one for each, or one band for all that differ in the seed only. */
import { sameButSeed } from '@core/lab/same'
import { noPoints } from '@core/series/series'
import { bandOf, smooth } from '@core/series/smooth'
import type { Curve } from '../../charts/compareOption'
import type { Compared } from './useCompared'

type Repetition = Pick<Compared, 'lab' | 'data' | 'overview'>

/**
 * Runs by the experiment they repeat, each seed once: the same seed gives the same run and adds no evidence. A run whose lab is not known yet is
 * one of its own, and so is a fork, which did not train all of its steps with its settings.
 */
export function seedGroups<T extends Repetition>(compared: readonly T[]): readonly (readonly T[])[] {
  const groups: T[][] = []
  for (const each of compared) {
    const group = groups.find((members) => members.every((member) => repeats(member, each)))
    if (group) group.push(each)
    else groups.push([each])
  }
  return groups
}

function repeats(a: Repetition, b: Repetition): boolean {
  if (!a.lab || !b.lab || a.overview.status.forkedFrom || b.overview.status.forkedFrom) return false
  return a.data === b.data && a.lab.training.seed !== b.lab.training.seed && sameButSeed(a.lab, b.lab)
}

/** What curves run along: steps, or the sequences that were trained on, by which runs with other batches can be compared. */
export const alongs = ['step', 'sequences'] as const
export type Along = (typeof alongs)[number]

/** Places per step; a run whose lab is not known yet runs along its steps. */
function strideOf({ lab }: Compared, along: Along): number {
  return along === 'step' || !lab ? 1 : lab.training.batchSize * lab.training.accumulate
}

export function curvesOf(
  compared: readonly Compared[],
  series: string,
  isBand: boolean,
  along: Along = 'step',
): readonly Curve[] {
  const groups = isBand ? seedGroups(compared) : compared.map((each) => [each])
  return groups.map((members) => {
    const [first] = members as readonly [Compared]
    const points = members.map((each) => each.series.get(series)?.points() ?? noPoints)
    const band = members.length > 1 ? bandOf(points) : null
    const raw = band?.mean ?? points[0] ?? noPoints
    return {
      id: members.map(({ run }) => run).join(' '),
      letters: members.map(({ letter }) => letter).join(''),
      name: first.name,
      index: compared.indexOf(first),
      stride: strideOf(first, along),
      raw,
      smoothed: raw,
      range: band,
    }
  })
}

/** With `smoothing` in [0, 1) as the weight of the past. */
export const smoothed = (curves: readonly Curve[], smoothing: number): readonly Curve[] =>
  curves.map((curve) => ({ ...curve, smoothed: smooth(curve.raw, smoothing) }))
