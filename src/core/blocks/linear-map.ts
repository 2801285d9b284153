/** x·W + b over the last axis, shared by all blocks with a dense layer. */
import { z } from 'zod'
import { advanced } from '../fields'
import type { Initialiser } from '../random/initialisers'
import type { Value } from '../program/types'
import { adapterNames, type Adapters } from './adapters'
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

/**
 * (…, inputs) → (…, outputs), with weights `name` (inputs, outputs) and optionally `name-bias` (outputs). Adapters start as 0, with A as in
 * PEFT.
 */
export function linearMap(
  b: BlockBuilder,
  x: Value,
  map: {
    name: string
    outputs: number
    bias: boolean
    initialiser: z.output<typeof initialiserParam>
    adapters?: Adapters | null
  },
): Value {
  const inputs = x.shape.at(-1) ?? 1
  const weight = b.weight(map.name, [inputs, map.outputs], matrixInitialiser(map.initialiser, inputs))
  const plain = b.matmul(x, weight)
  const y = map.adapters ? b.add(plain, adapted(b, x, map.name, map.outputs, map.adapters)) : plain
  return map.bias ? b.add(y, b.weight(`${map.name}-bias`, [map.outputs], { kind: 'zeros' })) : y
}

/** (α/r)·x·A·B. */
function adapted(b: BlockBuilder, x: Value, name: string, outputs: number, { rank, scale }: Adapters): Value {
  const inputs = x.shape.at(-1) ?? 1
  const names = adapterNames(name)
  const start = matrixInitialiser('uniform', inputs)
  const down = b.weight(names.a, [inputs, rank], start, { adapter: true, axes: ['input', 'rank'] })
  const up = b.weight(names.b, [rank, outputs], { kind: 'zeros' }, { adapter: true, axes: ['rank', 'output'] })
  return b.mul(b.matmul(b.matmul(x, down), up), scale)
}
