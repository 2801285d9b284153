/** Number of repetitions of a test: few in `npm test`, all with `npm run test:long`. */
export const repeats = (short: number, long: number): number => (process.env.ATTENTION_LAB_LONG === '1' ? long : short)
