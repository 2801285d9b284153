/** Low-rank adaptation (LoRA, Hu et al. 2022): x·W + (α/r)·x·A·B, where only A and B are trained. */
import { z } from 'zod'
import { advanced, applies } from '../fields'
import type { Params } from '../params'
import type { BlockBuilder } from './define'

export interface Adapters {
  readonly rank: number
  /** α/r. */
  readonly scale: number
}

const mostRank = 256
const adapted = { rank: Array.from({ length: mostRank }, (_, index) => index + 1) }

export const adapterParams = {
  /** Rank of the adapters; 0 for none. */
  rank: z.number().int().min(0).max(mostRank).default(0).register(advanced, {}),
  alpha: z.number().min(0).max(10_000).default(16).register(applies, adapted).register(advanced, {}),
}

/** Whether a projection of attention has adapters. By default those of queries and values, as in the paper. */
export const adaptParam = (usual: boolean) => z.boolean().default(usual).register(applies, adapted).register(advanced, {})

/** The adapters of a block; null for none. With adapters, all other weights of the block are frozen. */
export function adaptersOf(b: BlockBuilder, settings: { rank: number; alpha: number }): Adapters | null {
  const scale = scaleOf(settings)
  if (scale === null) return null
  b.freeze()
  return { rank: settings.rank, scale }
}

/** α/r by the settings of a block of any kind; null without adapters. */
export function scaleOf({ rank, alpha = adapterParams.alpha.parse(undefined) }: Params): number | null {
  return typeof rank === 'number' && typeof alpha === 'number' && rank > 0 ? alpha / rank : null
}

/** Whether a weight, by its local or full name, is an adapter. */
export const isAdapter = (name: string): boolean => /-lora-[ab]$/.test(name)

/** Names of the adapters of a matrix: A (input, rank) and B (rank, output). */
export const adapterNames = (matrix: string) => ({ a: `${matrix}-lora-a`, b: `${matrix}-lora-b` })
