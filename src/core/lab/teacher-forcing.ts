/**
 * Teacher forcing (Williams & Zipser 1989) with scheduled sampling (Bengio et al. 2015): each input of a decoder is the ground truth with
 * some probability, else the model's own prediction. One table, one entry each.
 */
import { z } from 'zod'
import { applies } from '../fields'

const kinds = ['constant', 'linear', 'exponential', 'inverse-sigmoid'] as const
const falling = { schedule: kinds.slice(1) }

export const teacherForcing = z.object({
  schedule: z.enum(kinds).default('constant'),
  /** Probability of the ground truth at the first step; `inverse-sigmoid` starts slightly lower, at end + (start − end) · k / (k + 1). */
  start: z.number().min(0).max(1).default(1),
  /** Final probability. */
  end: z.number().min(0).max(1).default(0).register(applies, falling),
  /** Midpoint step, at which every schedule is halfway from start to end. */
  halfway: z.number().int().min(1).max(10_000_000).default(500).register(applies, falling),
})
export type TeacherForcing = z.infer<typeof teacherForcing>

/** Decay from 1, or slightly less, to 0 by steps taken: ½ after `halfway` steps. */
const shapes: { readonly [K in TeacherForcing['schedule']]: (taken: number, halfway: number) => number } = {
  constant: () => 1,
  linear: (taken, halfway) => Math.max(0, 1 - taken / (2 * halfway)),
  /** kⁱ. */
  exponential: (taken, halfway) => 2 ** (-taken / halfway),
  /** k / (k + e^(i/k)), starting at k / (k + 1). */
  'inverse-sigmoid': (taken, halfway) => {
    const k = sigmoidScale(halfway)
    return k / (k + Math.exp(taken / k))
  },
}

/** Solves k · ln k = halfway for k ≥ 1, equivalently e^(halfway/k) = k, by Newton's method, which converges from above. */
function sigmoidScale(halfway: number): number {
  let k = halfway + 1
  for (let round = 0; round < 40; round++) k = (halfway + k) / (Math.log(k) + 1)
  return k
}

/** The probability of the ground truth as a decoder's input, at a step counted from 1. */
export function truthShare({ schedule, start, end, halfway }: TeacherForcing, step: number): number {
  const left = shapes[schedule](step - 1, halfway)
  // A single product, so that rounding cannot make it rise between steps.
  return end + (start - end) * left
}

/** Whether every input is the ground truth at every step, so that training needs no predictions. */
export function isAlwaysTruth({ schedule, start, end }: TeacherForcing): boolean {
  return start === 1 && (schedule === 'constant' || end === 1)
}
