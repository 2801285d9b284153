/** Learning-rate schedules: what share of the lab's learning rate a step gets. One table, one entry each. */
import { z } from 'zod'
import { applies } from '../fields'

const kinds = ['constant', 'linear', 'cosine', 'inverse-square-root', 'step'] as const

export const schedule = z.object({
  kind: z.enum(kinds).default('constant'),
  /** Steps over which the rate first rises, in a straight line. */
  warmup: z.number().int().min(0).max(1_000_000).default(0),
  /** A share of the learning rate that it never falls below after the warm-up; linear and cosine come down to it towards the end. */
  floor: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .register(applies, { kind: kinds.slice(1) }),
  /** Of `step`: steps between one fall and the next. */
  every: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(500)
    .register(applies, { kind: ['step'] }),
  /** Of `step`: what a fall leaves of the rate. */
  factor: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .register(applies, { kind: ['step'] }),
})
export type Schedule = z.infer<typeof schedule>

interface Moment extends Schedule {
  /** The step at which the rate is highest. */
  readonly peak: number
  /** Steps since then. */
  readonly since: number
  /** From 0 to 1, from there to the last step. */
  readonly progress: number
}

/** From 1 on down, after the warm-up. */
const shapes: { readonly [K in Schedule['kind']]: (moment: Moment) => number } = {
  constant: () => 1,
  linear: ({ progress }) => 1 - progress,
  /** Loshchilov & Hutter 2017. */
  cosine: ({ progress }) => (1 + Math.cos(Math.PI * progress)) / 2,
  'inverse-square-root': ({ since, peak }) => Math.sqrt(peak / (peak + since)),
  step: ({ since, every, factor }) => factor ** Math.floor(since / every),
}

/**
 * The step at which the rate is highest. In Vaswani et al. 2017, equation 3, the last step of the warm-up has the whole
 * rate; the other schedules follow nanoGPT, where the first step after it has.
 */
const peakOf = ({ kind, warmup }: Schedule): number => (kind === 'inverse-square-root' ? Math.max(1, warmup) : warmup + 1)

/** The share at a step, counted from 1, of so many steps; above 0 and at most 1 until the schedule itself reaches 0. */
export function rateShare(plan: Schedule, step: number, steps: number): number {
  const { kind, warmup, floor } = plan
  const peak = peakOf(plan)
  if (step <= warmup) return step / peak
  const since = step - peak
  const progress = Math.min(1, since / Math.max(1, steps - warmup))
  return floor + (1 - floor) * shapes[kind]({ ...plan, peak, since, progress })
}
