/** Validation data that the learner does not have, to grade a model with. */
import { z } from 'zod'
import { MAXIMUM_TEXT_BYTES } from './text'

/** A text in the format of the task's data; or, for tasks that draw their samples, a seed of other held-out samples. */
export const hiddenData = z.union([
  z.strictObject({ text: z.string().max(MAXIMUM_TEXT_BYTES) }),
  z.strictObject({ seed: z.number().int().min(1).max(0xffffffff) }),
])
export type HiddenData = z.output<typeof hiddenData>
