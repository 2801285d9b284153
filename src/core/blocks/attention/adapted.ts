/** Which projections of an attention block have adapters. */
import { adaptersOf, adaptParam, type Adapters } from '../adapters'
import type { BlockBuilder } from '../define'

export type Projection = 'query' | 'key' | 'value' | 'output'

export const adaptParams = { adaptQuery: adaptParam(true), adaptKey: adaptParam(false), adaptValue: adaptParam(true) }

interface Settings {
  readonly rank: number
  readonly alpha: number
  readonly adaptQuery: boolean
  readonly adaptKey: boolean
  readonly adaptValue: boolean
  /** Absent in a block without output projection. */
  readonly adaptOutput?: boolean
}

/** The adapters of each projection; with a rank, all projections are frozen, those without adapters too. */
export function adaptersFor(b: BlockBuilder, settings: Settings): (projection: Projection) => Adapters | null {
  const { adaptQuery: query, adaptKey: key, adaptValue: value, adaptOutput: output = false } = settings
  const adapters = adaptersOf(b, settings)
  const has = { query, key, value, output }
  return (projection) => (has[projection] ? adapters : null)
}
