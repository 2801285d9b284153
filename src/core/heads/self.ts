import type { RowScore } from './rows'

/** Weight of a query on its own position (Clark et al. 2019, section 3.1). */
export const self: RowScore = ({ weights, query }) => weights[query] ?? null
