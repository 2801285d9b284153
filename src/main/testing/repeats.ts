/** How often a test repeats what it does: less in `npm test`, in full under `npm run test:long`. */
export const repeats = (short: number, long: number): number => (process.env.ATTENTION_LAB_LONG === '1' ? long : short)
