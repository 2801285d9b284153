/** Untyped settings of a block or task, validated by its own schema. Bounded, so that any file can be checked and copied. */
import { z } from 'zod'
import { bounded } from './bounded'

export const params = bounded(z.record(z.string().max(64), z.unknown()), {
  values: 10_000,
  characters: 1_000_000,
  levels: 17,
})
export type Params = z.infer<typeof params>
