/** The settings of an optimiser, as a lab document holds them. */
import { z } from 'zod'

export const optimiser = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('sgd'),
    momentum: z.number().min(0).max(0.9999).default(0),
    nesterov: z.boolean().default(false),
    weightDecay: z.number().min(0).max(1).default(0),
  }),
  z.object({
    kind: z.enum(['adam', 'adamw']),
    beta1: z.number().min(0).max(0.9999).default(0.9),
    beta2: z.number().min(0).max(0.99999).default(0.999),
    epsilon: z.number().positive().max(1).default(1e-8),
    weightDecay: z.number().min(0).max(1).default(0),
  }),
])
export type Optimiser = z.infer<typeof optimiser>
