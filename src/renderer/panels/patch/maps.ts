/** The effects of a report as maps: one for each sequence of positions, with outputs that have no positions in a last column. */
import { blockByKind } from '@core/blocks'
import type { Mutes } from '@core/contract/look'
import type { PatchReport, PatchRow } from '@core/contract/patch'
import type { PatchCell, SequenceName } from '../../stores/patch'

export interface PatchMap {
  /** `other`: positions that are of none of the task's sequences. */
  readonly sequence: SequenceName | 'other'
  /** Number of positions. */
  readonly positions: number
  /** Whether there is a column for outputs without positions. */
  readonly hasWhole: boolean
  readonly rows: readonly { readonly index: number; readonly row: PatchRow; readonly effects: Float32Array }[]
}

/** Whether a row is shown at first: heads, and blocks other than norms and those that only rearrange. */
export function isMain({ head }: PatchRow, kind: string): boolean {
  const family = blockByKind(kind)?.family
  return head !== null || kind === 'add' || (family !== 'norm' && family !== 'shape')
}

const isWhole = ({ sequence, effects }: PatchRow): boolean => sequence === null && effects.length === 1

export function mapsOf({ rows }: Pick<PatchReport, 'rows'>, isShown: (row: PatchRow) => boolean): PatchMap[] {
  const groups = new Map<string, { index: number; row: PatchRow }[]>()
  const whole: { index: number; row: PatchRow }[] = []
  rows.forEach((row, index) => {
    if (!isShown(row)) return
    if (isWhole(row)) {
      whole.push({ index, row })
      return
    }
    const key = `${row.sequence ?? 'other'} ${row.effects.length}`
    groups.set(key, [...(groups.get(key) ?? []), { index, row }])
  })
  // In the order of the model; outputs without positions belong to the last map.
  const keys = groups.size === 0 && whole.length > 0 ? ['tokens 0'] : [...groups.keys()]
  return keys.map((key, place) => {
    const [sequence, positions] = key.split(' ')
    const count = Number(positions)
    const own = place === keys.length - 1 ? whole : []
    const all = [...(groups.get(key) ?? []), ...own].toSorted((a, b) => a.index - b.index)
    return {
      sequence: sequence as PatchMap['sequence'],
      positions: count,
      hasWhole: own.length > 0,
      rows: all.map(({ index, row }) => ({ ...{ index, row }, effects: own.length > 0 ? widened(row, count) : row.effects })),
    }
  })
}

/** With one more column. */
function widened(row: PatchRow, positions: number): Float32Array {
  const effects = new Float32Array(positions + 1).fill(NaN)
  if (isWhole(row)) effects[positions] = row.effects[0]!
  else effects.set(row.effects)
  return effects
}

/** The place of a cell of a map, and back. */
export function placeOf({ rows, positions }: PatchMap, { row, column }: { row: number; column: number }): PatchCell {
  return { row: rows[row]!.index, position: column === positions ? 0 : column }
}
export function cellOf({ rows, positions }: PatchMap, { row, position }: PatchCell): { row: number; column: number } | null {
  const at = rows.findIndex(({ index }) => index === row)
  if (at < 0) return null
  return { row: at, column: isWhole(rows[at]!.row) ? positions : position }
}

/** Whether all of what the row stands for is muted. */
export function isMuted({ block, part, head }: PatchRow, mutes: Mutes): boolean {
  if (head !== null) return mutes[`${block}/${part}`]?.[head] === 0
  return ['heads', 'output'].some((gate) => {
    const values = mutes[`${block}/${gate}`]
    return values?.every((value) => value === 0) === true
  })
}

/** The row whose activation at a position is meant, if only the position is chosen: that of before, or the one with the largest effect. */
export function rowAt(rows: readonly PatchRow[], sequence: SequenceName, position: number, before: number): number | null {
  const fits = (row: PatchRow | undefined): boolean => row?.sequence === sequence && position < row.effects.length
  if (fits(rows[before])) return before
  let best: number | null = null
  rows.forEach((row, index) => {
    if (!fits(row)) return
    if (best === null || Math.abs(row.effects[position]!) > Math.abs(rows[best]!.effects[position]!)) best = index
  })
  return best
}
