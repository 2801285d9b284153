/** The id of a learner's own text. */
import { z } from 'zod'

export const dataId = z.string().regex(/^[0-9a-f]{16}$/)
