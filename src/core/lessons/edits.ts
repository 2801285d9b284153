/** The edits that a lesson can make or ask for, as they are written in its file. */
import { z } from 'zod'
import type { Edit } from '../graph/edit'
import { params } from '../params'
import { taskRef } from '../tasks/ref'

const name = z.string().max(64)
const port = z.strictObject({ node: name, port: name })

/** Values are checked with the lab that results, as they are when a lab is read. */
export const editSchema: z.ZodType<Edit> = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('addNode'),
    kind: name,
    id: name,
    position: z.strictObject({ x: z.number(), y: z.number() }),
    params: params.default({}),
  }),
  z.strictObject({ type: z.literal('removeNodes'), nodes: z.array(name) }),
  z.strictObject({ type: z.literal('setParam'), node: name, param: name, value: z.unknown() }),
  z.strictObject({ type: z.literal('setFrozen'), node: name, weight: name.nullable(), frozen: z.boolean() }),
  z.strictObject({ type: z.literal('connect'), from: port, to: port }),
  z.strictObject({ type: z.literal('disconnect'), to: port }),
  z.strictObject({ type: z.literal('setTraining'), training: z.record(name, z.unknown()) }),
  z.strictObject({ type: z.literal('setTask'), task: taskRef }),
])
