import type { RowScore } from './rows'

/** Mean distance |query − key| to the keys, weighted by attention, in tokens (Vig & Belinkov 2019). */
export const distance: RowScore = ({ weights, query }) =>
  weights.reduce((sum, weight, key) => sum + weight * Math.abs(query - key), 0)
