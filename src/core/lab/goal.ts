/** The goal of a lab: a validation metric to reach within a number of steps. */
import { z } from 'zod'
import { currentName } from '../metrics/names'

export const goal = z.object({
  metric: z.string().max(64).transform(currentName),
  atLeast: z.number(),
  steps: z.number().int().min(1).max(10_000_000),
})
export type Goal = z.infer<typeof goal>

interface Evaluated {
  readonly step: number
  readonly metrics: Readonly<Record<string, number>>
}

/** Whether one of the evaluations reached the goal in time, in single precision, because series store float32. */
export function isReached({ metric, atLeast, steps }: Goal, evaluations: readonly Evaluated[]): boolean {
  return evaluations.some(({ step, metrics }) => step <= steps && (metrics[metric] ?? NaN) >= Math.fround(atLeast))
}
