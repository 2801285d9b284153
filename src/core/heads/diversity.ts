import type { RowScore } from './rows'

/**
 * Mean Jensen–Shannon divergence from the other heads of the block, in nats: 0 if all heads attend alike, ln 2 if they share no key (Clark et
 * al. 2019, section 6).
 */
export const diversity: RowScore = ({ weights, others }) =>
  others.length === 0 ? null : others.reduce((sum, other) => sum + divergence(weights, other), 0) / others.length

/** JS(p, q) = ½·KL(p ‖ m) + ½·KL(q ‖ m) with m = (p + q)/2. */
function divergence(p: Float64Array, q: Float64Array): number {
  return p.reduce((sum, weight, key) => {
    const middle = (weight + q[key]!) / 2
    return sum + (part(weight, middle) + part(q[key]!, middle)) / 2
  }, 0)
}

/** p·ln(p/m), which is 0 at p = 0. */
const part = (weight: number, middle: number): number => (weight === 0 ? 0 : weight * Math.log(weight / middle))
