/** The curves of compared runs: one for each, or one band for all that differ in the seed only. */
import { sameButSeed } from '@core/lab/same'
import { placeOf, type Along, type PerStep, type Place } from '@core/series/along'
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

/** Where the curves run along, and what each run reads per step. */
export interface Horizontal {
  readonly along: Along
  readonly perStep: (run: Compared) => PerStep
}

/** Of a band, the mean of the places of its runs; null if that of one is unknown. */
function placeOfAll(members: readonly Compared[], { along, perStep }: Horizontal): Place | null {
  const places = members.flatMap((each) => placeOf(along, each.series, perStep(each)) ?? [])
  if (places.length < members.length) return null
  return (step) => places.reduce((sum, place) => sum + place(step), 0) / places.length
}

/** Curves of runs whose places are not known are missing. */
export function curvesOf(
  compared: readonly Compared[],
  series: string,
  isBand: boolean,
  horizontal: Horizontal,
): readonly Curve[] {
  const groups = isBand ? seedGroups(compared) : compared.map((each) => [each])
  return groups.flatMap((members) => {
    const place = placeOfAll(members, horizontal)
    if (!place) return []
    const [first] = members as readonly [Compared]
    const points = members.map((each) => each.series.get(series)?.points() ?? noPoints)
    const band = members.length > 1 ? bandOf(points) : null
    const raw = band?.mean ?? points[0] ?? noPoints
    return {
      id: members.map(({ run }) => run).join(' '),
      letters: members.map(({ letter }) => letter).join(''),
      name: first.name,
      index: compared.indexOf(first),
      place,
      raw,
      smoothed: raw,
      range: band,
    }
  })
}

/** With `smoothing` in [0, 1) as the weight of the past. */
export const smoothed = (curves: readonly Curve[], smoothing: number): readonly Curve[] =>
  curves.map((curve) => ({ ...curve, smoothed: smooth(curve.raw, smoothing) }))
