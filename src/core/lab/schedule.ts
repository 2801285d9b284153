/** Learning-rate schedules: the factor of the learning rate at each step. One table, one entry each. */
import { z } from 'zod'
import { applies } from '../fields'

const kinds = ['constant', 'linear', 'cosine', 'inverse-square-root', 'step'] as const

export const schedule = z.object({
  kind: z.enum(kinds).default('constant'),
  /** Steps of linear warm-up. */
  warmup: z.number().int().min(0).max(1_000_000).default(0),
  /** Lower bound of the factor after the warm-up; linear and cosine reach it at the end. */
  floor: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .register(applies, { kind: kinds.slice(1) }),
  /** For `step`: steps between decays. */
  every: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(500)
    .register(applies, { kind: ['step'] }),
  /** For `step`: factor of each decay. */
  factor: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .register(applies, { kind: ['step'] }),
})
export type Schedule = z.infer<typeof schedule>

interface Moment extends Schedule {
  /** The step with the highest rate. */
  readonly peak: number
  /** Steps since the peak. */
  readonly since: number
  /** From 0 at the peak to 1 at the last step. */
  readonly progress: number
}

/** Decay from 1 after the warm-up. */
const shapes: { readonly [K in Schedule['kind']]: (moment: Moment) => number } = {
  constant: () => 1,
  linear: ({ progress }) => 1 - progress,
  /** Loshchilov & Hutter 2017. */
  cosine: ({ progress }) => (1 + Math.cos(Math.PI * progress)) / 2,
  'inverse-square-root': ({ since, peak }) => Math.sqrt(peak / (peak + since)),
  step: ({ since, every, factor }) => factor ** Math.floor(since / every),
}

/**
 * The step with the highest rate. In Vaswani et al. 2017, equation 3, it is the last step of the warm-up; the other schedules follow
 * nanoGPT, where it is the first step after it.
 */
const peakOf = ({ kind, warmup }: Schedule): number => (kind === 'inverse-square-root' ? Math.max(1, warmup) : warmup + 1)

/** The factor at a step, counted from 1, of `steps`: in [0, 1], and positive until the schedule itself reaches 0. */
export function rateShare(plan: Schedule, step: number, steps: number): number {
  const { kind, warmup, floor } = plan
  const peak = peakOf(plan)
  if (step <= warmup) return step / peak
  const since = step - peak
  const progress = Math.min(1, since / Math.max(1, steps - warmup))
  return floor + (1 - floor) * shapes[kind]({ ...plan, peak, since, progress })
}
