import type { RowScore } from './rows'

/** Weight on the token before the query (Voita et al. 2019: positional heads). The first query has none and does not count. */
export const previous: RowScore = ({ weights, query }) => (query === 0 ? null : (weights[query - 1] ?? null))
