/**
 * The runs of a class as experiments: those with the same lab, data and settings are repetitions with different seeds. Runs that started
 * from other weights, were forked, or were continued beyond their last step, belong to none.
 */
import { groupBy } from '@core/collections'
import type { ClassExperiment, ClassRun, ClassRuns } from '@core/contract/class'
import { beginningOf } from '@core/contract/run-outline'
import { isUnderWay } from '@core/contract/run-state'
import type { LabDocument } from '@core/lab/document'
import { sameButSeed } from '@core/lab/same'
import type { Run } from '../service/run'
import type { Pupil } from './roll'
import type { Seat } from './thumbnails'

/** The latest runs of each pupil are considered. */
const mostRuns = 50
const mostExperiments = 30
const mostShown = 400

interface Kind {
  readonly id: string
  readonly lab: LabDocument
  readonly data: string | null
}
interface Member {
  readonly pupil: Pupil
  readonly run: Run
  readonly seed: number
}
interface Group {
  readonly experiment: ClassExperiment
  readonly members: readonly Member[]
}

/** `wanted` is the id of an experiment; the largest for null or one that is gone. */
export type ReadClassRuns = (seats: readonly Seat[], wanted: string | null) => Promise<ClassRuns>

export function openClassRuns(): ReadClassRuns {
  const kinds = new Map<string, Kind[]>()
  /** By pupil, run and number of steps, because a run that is continued has another lab. */
  let known = new Map<string, Promise<{ readonly kind: Kind; readonly seed: number } | null>>()

  function kindOf(run: string, lab: LabDocument, data: string | null): Kind {
    const key = [lab.task.kind, lab.graph.nodes.length, lab.training.steps, lab.training.batchSize, data].join(' ')
    const similar = kinds.get(key) ?? []
    const found = similar.find((kind) => sameButSeed(kind.lab, lab))
    if (found) return found
    const added = { id: run, lab, data }
    kinds.set(key, [...similar, added])
    return added
  }
  async function memberOf(run: Run): Promise<{ readonly kind: Kind; readonly seed: number } | null> {
    const { lab, data, from, continuedFrom, forkedFrom } = await run.request()
    return from === null && continuedFrom === null && forkedFrom === null
      ? { kind: kindOf(run.id, lab, data), seed: lab.training.seed }
      : null
  }

  async function membersOf({ pupil, space }: Seat, seen: typeof known): Promise<(Member & { readonly kind: Kind })[]> {
    const members = []
    for (const run of space.runs.list().slice(-mostRuns)) {
      const key = `${pupil.id} ${run.id} ${run.status.steps}`
      const knows = known.get(key) ?? memberOf(run).catch(() => null) // a damaged record is none
      seen.set(key, knows)
      const found = await knows
      if (found) members.push({ pupil, run, ...found })
    }
    return members
  }

  return async (seats, wanted) => {
    const seen: typeof known = new Map()
    const all = (await Promise.all(seats.map((seat) => membersOf(seat, seen)))).flat()
    known = seen
    const byKind = groupBy(all, ({ kind }) => kind)
    for (const [key, similar] of kinds) {
      const left = similar.filter((kind) => byKind.has(kind))
      if (left.length > 0) kinds.set(key, left)
      else kinds.delete(key)
    }
    const groups = [...byKind].map(([kind, members]) => groupOf(kind, members))
    const largest = groups
      .toSorted(({ experiment: a }, { experiment: b }) => b.seeds - a.seeds || b.pupils - a.pupils)
      .slice(0, mostExperiments)
    const chosen = groups.find(({ experiment }) => experiment.id === wanted) ?? largest[0]
    return {
      experiments: largest.map(({ experiment }) => experiment),
      chosen: chosen?.experiment ?? null,
      runs: chosen ? await runsOf(chosen) : [],
    }
  }
}

function groupOf({ id, lab }: Kind, members: readonly Member[]): Group {
  const finished = members.filter(({ run }) => run.status.state === 'finished')
  const seeds = new Set(finished.map(({ seed }) => seed)).size
  const experiment = {
    ...{ id, title: lab.title, task: lab.task.kind, steps: lab.training.steps },
    ...{ pupils: new Set(members.map(({ pupil }) => pupil.id)).size, seeds, repeats: finished.length - seeds },
  }
  return { experiment, members }
}

/** One for each pupil and seed, in the order in which they were started. */
async function runsOf({ members }: Group): Promise<ClassRun[]> {
  const repeated = groupBy(members, ({ pupil, seed }) => `${pupil.id} ${seed}`).values()
  const latest = [...repeated].map((same) => same.reduce((best, next) => (rank(next) >= rank(best) ? next : best)))
  const ordered = latest.toSorted((a, b) => (beginningOf(a.run.id) ?? 0) - (beginningOf(b.run.id) ?? 0))
  const counted = new Set<number>()
  return Promise.all(
    ordered.slice(0, mostShown).map(async ({ pupil, run, seed }) => {
      const { state, step } = run.status
      const counts = state === 'finished' && !counted.has(seed)
      if (counts) counted.add(seed)
      const { evaluation, curve } = await run.overview()
      const validation = evaluation && { loss: evaluation.loss, ...evaluation.metrics }
      return { run: run.id, pupil: pupil.name, seed, state, step, counts, validation, curve }
    }),
  )
}
/** A finished run says more than one under way, and that more than one that failed. */
const rank = ({ run: { status } }: Member): number => (status.state === 'finished' ? 2 : isUnderWay(status) ? 1 : 0)
