/** x·W + b over the last axis, shared by all blocks with a dense layer. */
import { z } from 'zod'
import { advanced } from '../fields'
import type { Initialiser } from '../random/initialisers'
import type { Value } from '../program/types'
import type { BlockBuilder } from './define'

/**
 * Initialiser of a block's matrices. Normal has standard deviation 0.02, as in GPT-2; uniform has the limit of PyTorch's Linear, 1/√(fan
 * in).
 */
export const initialiserParam = z
  .enum(['xavier', 'xavier-normal', 'he', 'he-uniform', 'orthogonal', 'normal', 'uniform', 'identity', 'zeros'])
  .default('xavier')
  .register(advanced, {})

export const biasParam = z.boolean().default(true).register(advanced, {})

export function matrixInitialiser(kind: z.output<typeof initialiserParam>, inputs: number): Initialiser {
  if (kind === 'normal') return { kind, deviation: 0.02 }
  if (kind === 'uniform') return { kind, limit: 1 / Math.sqrt(inputs) }
  return { kind }
}

/** (…, inputs) → (…, outputs), with weights `name` (inputs, outputs) and optionally `name-bias` (outputs). */
export function linearMap(
  b: BlockBuilder,
  x: Value,
  map: { name: string; outputs: number; bias: boolean; initialiser: z.output<typeof initialiserParam> },
): Value {
  const inputs = x.shape.at(-1) ?? 1
  const weight = b.weight(map.name, [inputs, map.outputs], matrixInitialiser(map.initialiser, inputs))
  const y = b.matmul(x, weight)
  return map.bias ? b.add(y, b.weight(`${map.name}-bias`, [map.outputs], { kind: 'zeros' })) : y
}
