import type { RowScore } from './rows'

/** Weight on the first key of the sequence (Clark et al. 2019, section 3.2: the [CLS] token). */
export const first: RowScore = ({ weights }) => weights[0] ?? null
