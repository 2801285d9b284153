/** The training's settings as form fields, read off the document's schema. */
import { z } from 'zod'
import { fieldsOf, type Field } from '@core/fields'
import { training } from '@core/lab/document'
import { optimiser, type Optimiser } from '@core/program/optimisers/settings'
import { teacherForcing } from '@core/lab/teacher-forcing'

export const trainingFields: readonly Field[] = fieldsOf(
  training.pick({ steps: true, batchSize: true, accumulate: true, seed: true, evaluateEvery: true }),
)
export const smoothingFields: readonly Field[] = fieldsOf(training.pick({ labelSmoothing: true }))
export const forcingFields: readonly Field[] = fieldsOf(teacherForcing)

/** A setting that may be off (null), as a switch and, while it is on, a number. */
export function optionalFields(name: 'clipNorm' | 'patience', value: number | null): Field[] {
  const switched: Field = { name: `${name}On`, type: 'boolean', default: false }
  if (value === null) return [switched]
  const number = {
    clipNorm: { type: 'number', min: 1e-6, max: 1e6 },
    patience: { type: 'integer', min: 1, max: 10_000 },
  } as const
  return [switched, { name, ...number[name], default: usualLimit[name] }]
}
/** What it is when it is switched on. */
export const usualLimit = { clipNorm: 1, patience: 5 } as const

export const optimiserKinds: readonly Optimiser['kind'][] = ['adamw', 'adam', 'sgd']

/** What this optimiser can be told. */
export function optimiserFields(kind: Optimiser['kind']): Field[] {
  const option = optimiser.options.find(({ shape }) => shape.kind.safeParse(kind).success)
  if (!option) return []
  return fieldsOf(z.object(Object.fromEntries(Object.entries(option.shape).filter(([name]) => name !== 'kind'))))
}

/** An optimiser of this kind with its usual settings; AdamW decays weights, or it would be Adam. */
export const usualOptimiser = (kind: Optimiser['kind']): Optimiser =>
  optimiser.parse(kind === 'adamw' ? { kind, weightDecay: 0.01 } : { kind })
