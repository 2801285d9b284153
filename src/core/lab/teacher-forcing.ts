/**
 * Teacher forcing (Williams & Zipser 1989) and how it is left behind, after Bengio et al. 2015 (“Scheduled sampling”): each input of a
 * decoder is the truth with some probability, else what the model itself has just predicted. One table, one entry each.
 */
import { z } from 'zod'
import { applies } from '../fields'

const kinds = ['constant', 'linear', 'exponential', 'inverse-sigmoid'] as const
const falling = { schedule: kinds.slice(1) }

export const teacherForcing = z.object({
  schedule: z.enum(kinds).default('constant'),
  /** Probability of the truth at the first step; `inverse-sigmoid` begins a little below, at k / (k + 1) of the way up from the end. */
  start: z.number().min(0).max(1).default(1),
  /** What it comes down to. */
  end: z.number().min(0).max(1).default(0).register(applies, falling),
  /** Steps after which it is half way from start to end, whatever the schedule. */
  halfway: z.number().int().min(1).max(10_000_000).default(500).register(applies, falling),
})
export type TeacherForcing = z.infer<typeof teacherForcing>

/** From 1, or a little less, to 0 as so many steps are taken: ½ after `halfway` of them. */
const shapes: { readonly [K in TeacherForcing['schedule']]: (taken: number, halfway: number) => number } = {
  constant: () => 1,
  linear: (taken, halfway) => Math.max(0, 1 - taken / (2 * halfway)),
  /** kⁱ. */
  exponential: (taken, halfway) => 2 ** (-taken / halfway),
  /** k / (k + e^(i/k)): at first k / (k + 1). */
  'inverse-sigmoid': (taken, halfway) => {
    const k = sigmoidScale(halfway)
    return k / (k + Math.exp(taken / k))
  },
}

/** The k ≥ 1 with k · ln k = halfway, where e^(halfway/k) = k: by Newton's method, which comes down to it from above. */
function sigmoidScale(halfway: number): number {
  let k = halfway + 1
  for (let round = 0; round < 40; round++) k = (halfway + k) / (Math.log(k) + 1)
  return k
}

/** The probability that a decoder's input is the truth, at a step counted from 1. */
export function truthShare({ schedule, start, end, halfway }: TeacherForcing, step: number): number {
  const left = shapes[schedule](step - 1, halfway)
  // One product, so that rounding cannot make it rise from one step to the next.
  return end + (start - end) * left
}

/** Whether every input is the truth at every step: then nothing has to be predicted while training. */
export function isAlwaysTruth({ schedule, start, end }: TeacherForcing): boolean {
  return start === 1 && (schedule === 'constant' || end === 1)
}
