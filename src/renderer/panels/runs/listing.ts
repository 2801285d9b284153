/** What the list of runs shows: filtered, sorted, in groups, and forks below the run they left. Pure functions of the overviews. */
import { noLabel } from '@core/contract/run-label'
import { isUnderWay } from '@core/contract/run-state'
import type { RunOverview } from '@core/contract/runs'
import { groupBy } from '@core/collections'

export const orders = ['date', 'loss', 'accuracy', 'name'] as const
export type Order = (typeof orders)[number]
export const groupings = ['none', 'lab', 'tag'] as const
export type Grouping = (typeof groupings)[number]
/** `any`, `active` for runs under way, or a state that a run ends in. */
export const stateFilters = ['any', 'active', 'finished', 'stopped', 'interrupted', 'failed'] as const
export type StateFilter = (typeof stateFilters)[number]

export interface Listing {
  /** Every word must occur in the name, the lab's title, the note or a tag. */
  readonly text: string
  readonly state: StateFilter
  /** Null for any. */
  readonly tag: string | null
  readonly starred: boolean
  readonly order: Order
  readonly grouping: Grouping
}

export interface Row {
  readonly overview: RunOverview
  /** How many runs above it, each below the run it left. */
  readonly depth: number
}
export interface RunGroup {
  /** The lab or tag; null without groups, and for runs without a tag. */
  readonly name: string | null
  readonly rows: readonly Row[]
}

/** The title of a run's lab, in the reader's language. */
type TitleOf = (overview: RunOverview) => string

/** `overviews` are newest first, and stay so where nothing else decides. */
export function listRuns(overviews: readonly RunOverview[], listing: Listing, titleOf: TitleOf): readonly RunGroup[] {
  const found = overviews.filter(matcher(listing, titleOf)).toSorted(comparer(listing.order, titleOf))
  // By loss or accuracy the best come first, wherever they forked.
  const rowsOf = listing.order === 'date' || listing.order === 'name' ? forkTree : flat
  if (listing.grouping === 'none') return found.length === 0 ? [] : [{ name: null, rows: rowsOf(found) }]
  const named = found.flatMap((overview) => groupsOf(overview, listing.grouping, titleOf).map((name) => ({ name, overview })))
  const groups = [...groupBy(named, ({ name }) => name)]
  return groups
    .toSorted(([a], [b]) => (a === null ? 1 : b === null ? -1 : a.localeCompare(b)))
    .map(([name, members]) => ({ name, rows: rowsOf(members.map(({ overview }) => overview)) }))
}

/** A run's own name, else its lab's title. */
export const nameOf = ({ label = noLabel, ...overview }: RunOverview, titleOf: TitleOf): string =>
  label.name === '' ? titleOf(overview) : label.name

/** All tags in use, in alphabetical order. */
export const tagsOf = (overviews: readonly RunOverview[]): string[] =>
  [...new Set(overviews.flatMap(({ label }) => label?.tags ?? []))].toSorted((a, b) => a.localeCompare(b))

function matcher({ text, state, tag, starred }: Listing, titleOf: TitleOf): (overview: RunOverview) => boolean {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  return (overview) => {
    const { label = noLabel, status } = overview
    if (starred && !label.starred) return false
    if (tag !== null && !label.tags.includes(tag)) return false
    if (state !== 'any' && (state === 'active' ? !isUnderWay(status) : status.state !== state)) return false
    if (words.length === 0) return true
    const searched = [label.name, titleOf(overview), label.note, ...label.tags].join('\n').toLocaleLowerCase()
    return words.every((word) => searched.includes(word))
  }
}

/** Runs without the figure come last. */
function comparer(order: Order, titleOf: TitleOf): (a: RunOverview, b: RunOverview) => number {
  if (order === 'date') return () => 0
  if (order === 'name') return (a, b) => nameOf(a, titleOf).localeCompare(nameOf(b, titleOf))
  const figure = ({ evaluation }: RunOverview): number => {
    const value = order === 'loss' ? evaluation?.loss : evaluation?.metrics['accuracy']
    if (value === undefined || !Number.isFinite(value)) return Infinity
    return order === 'loss' ? value : -value
  }
  return (a, b) => {
    const [first, second] = [figure(a), figure(b)]
    return first === second ? 0 : first - second
  }
}

const groupsOf = (overview: RunOverview, grouping: Grouping, titleOf: TitleOf): readonly (string | null)[] => {
  if (grouping === 'lab') return [titleOf(overview)]
  const tags = overview.label?.tags ?? []
  return tags.length === 0 ? [null] : tags
}

const flat = (overviews: readonly RunOverview[]): Row[] => overviews.map((overview) => ({ overview, depth: 0 }))

/** Each fork below the run it left, if that is listed too. */
function forkTree(overviews: readonly RunOverview[]): Row[] {
  const listed = new Set(overviews.map(({ status }) => status.run))
  const parentOf = ({ status }: RunOverview): string | null => {
    const parent = status.forkedFrom?.run
    return parent !== undefined && parent !== status.run && listed.has(parent) ? parent : null
  }
  const children = groupBy(overviews, parentOf)
  const rows: Row[] = []
  const told = new Set<string>()
  const place = (roots: readonly RunOverview[]): void => {
    const waiting: Row[] = roots.map((overview) => ({ overview, depth: 0 })).toReversed()
    for (let row = waiting.pop(); row; row = waiting.pop()) {
      const { run } = row.overview.status
      if (told.has(run)) continue
      told.add(run)
      rows.push(row)
      const depth = row.depth + 1
      waiting.push(...(children.get(run) ?? []).map((overview) => ({ overview, depth })).toReversed())
    }
  }
  place(children.get(null) ?? [])
  // Only damaged records name each other in a circle; their runs are listed all the same.
  if (rows.length < overviews.length) place(overviews)
  return rows
}
