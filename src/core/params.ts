/** Settings of a block or task, checked in full by its own schema. Bounded in depth, so that whatever a file holds can be copied. */
import { z } from 'zod'

const deepest = 16

export const params = z.record(
  z.string().max(64),
  z.unknown().refine((value) => isWithin(value, deepest)),
)
export type Params = z.infer<typeof params>

function isWithin(value: unknown, levels: number): boolean {
  return (
    typeof value !== 'object' ||
    value === null ||
    (levels > 0 && Object.values(value).every((inner) => isWithin(inner, levels - 1)))
  )
}
