/** Reference to a task in a lab document. */
import { z } from 'zod'
import { params } from '../params'

export const taskRef = z.object({ kind: z.string().max(64), params: params.default({}) })
export type TaskRef = z.infer<typeof taskRef>
