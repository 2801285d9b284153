/** The training's settings as form fields, read off the document's schema. */
import { z } from 'zod'
import { fieldsOf, type Field } from '@core/blocks/fields'
import { optimiser, training, type Optimiser } from '@core/lab/document'

export const trainingFields: readonly Field[] = fieldsOf(
  training.pick({ steps: true, batchSize: true, seed: true, evaluateEvery: true }),
)

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
