import type { RowScore } from './rows'

/**
 * Entropy −Σ p·ln p of the attention weights of a query, in nats: 0 if it attends to one key, ln n if to n keys evenly (Clark et al. 2019,
 * section 3.3).
 */
export const entropy: RowScore = ({ weights }) => weights.reduce((sum, weight) => sum - plogp(weight), 0)

/** p·ln p, which is 0 at p = 0. NaN stays NaN. */
const plogp = (weight: number): number => (weight === 0 ? 0 : weight * Math.log(weight))
