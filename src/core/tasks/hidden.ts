/** Validation data that the learner does not have, to grade a model with. */
import { z } from 'zod'
import { MAXIMUM_TEXT_BYTES } from './text'

/** For tasks that draw their samples: a seed of other validation samples. */
export const hiddenSeed = z.strictObject({ seed: z.number().int().min(1).max(0xffffffff) })
/** A text in the format of the task's data, or a seed. */
export const hiddenData = z.union([z.strictObject({ text: z.string().max(MAXIMUM_TEXT_BYTES) }), hiddenSeed])
export type HiddenData = z.output<typeof hiddenData>
