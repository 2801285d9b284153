/** Learning-rate schedules: what share of the lab's learning rate a step gets. One table, one entry each. */
import { z } from 'zod'

const kinds = ['constant', 'linear', 'cosine'] as const

export const schedule = z.object({
  kind: z.enum(kinds).default('constant'),
  /** Steps over which the rate first rises, in a straight line. */
  warmup: z.number().int().min(0).max(1_000_000).default(0),
  /** What is left at the last step, as a share of the learning rate. */
  floor: z.number().min(0).max(1).default(0),
})
export type Schedule = z.infer<typeof schedule>

/** From 1 to 0 as progress goes from 0 to 1; cosine after Loshchilov & Hutter 2017. */
const shapes: { readonly [K in Schedule['kind']]: (progress: number) => number } = {
  constant: () => 1,
  linear: (progress) => 1 - progress,
  cosine: (progress) => (1 + Math.cos(Math.PI * progress)) / 2,
}

/** The share at a step, counted from 1, of so many steps; above 0 and at most 1 until the schedule itself reaches 0. */
export function rateShare({ kind, warmup, floor }: Schedule, step: number, steps: number): number {
  if (step <= warmup) return step / (warmup + 1)
  const progress = Math.min(1, (step - 1 - warmup) / Math.max(1, steps - warmup))
  return floor + (1 - floor) * shapes[kind](progress)
}
