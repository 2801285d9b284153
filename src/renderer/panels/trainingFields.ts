/** Form fields of the training settings, derived from the document's schema. */
import { z } from 'zod'
import { fieldsOf, type Field } from '@core/fields'
import { mostShards, training } from '@core/lab/document'
import { optimiser, type Optimiser } from '@core/program/optimisers/settings'
import { teacherForcing } from '@core/lab/teacher-forcing'

export const trainingFields: readonly Field[] = fieldsOf(
  training.pick({ steps: true, batchSize: true, accumulate: true, seed: true, evaluateEvery: true }),
)
export const shardFields: readonly Field[] = [{ name: 'shards', type: 'integer', min: 1, max: mostShards, default: 1 }]
export const smoothingFields: readonly Field[] = fieldsOf(training.pick({ labelSmoothing: true }))
export const forcingFields: readonly Field[] = fieldsOf(teacherForcing)

/** An optional setting (null if off) as a switch, with a number field while it is on. */
export function optionalFields(name: 'clipNorm' | 'patience', value: number | null): Field[] {
  const switched: Field = { name: `${name}On`, type: 'boolean', default: false }
  if (value === null) return [switched]
  const number = {
    clipNorm: { type: 'number', min: 1e-6, max: 1e6 },
    patience: { type: 'integer', min: 1, max: 10_000 },
  } as const
  return [switched, { name, ...number[name], default: usualLimit[name] }]
}
/** Values used when switched on. */
export const usualLimit = { clipNorm: 1, patience: 5 } as const

export const optimiserKinds: readonly Optimiser['kind'][] = ['adamw', 'adam', 'sgd']

/** Fields of this optimiser. */
export function optimiserFields(kind: Optimiser['kind']): Field[] {
  const option = optimiser.options.find(({ shape }) => shape.kind.safeParse(kind).success)
  if (!option) return []
  return fieldsOf(z.object(Object.fromEntries(Object.entries(option.shape).filter(([name]) => name !== 'kind'))))
}

/** Default settings of an optimiser. AdamW needs a weight decay, or it would equal Adam. */
export const usualOptimiser = (kind: Optimiser['kind']): Optimiser =>
  optimiser.parse(kind === 'adamw' ? { kind, weightDecay: 0.01 } : { kind })
