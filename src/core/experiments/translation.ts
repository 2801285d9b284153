/** An encoder and a decoder of one layer each: the model for cross attention and teacher forcing, in any width. */
import { composeLab } from '../models/compose'
import type { LabDocument } from '../lab/document'
import type { TaskRef } from '../tasks/ref'
import { encoderDecoder } from '../models/parts'

interface Options {
  readonly width?: number
  /** Whether it has access to the source. */
  readonly reads?: boolean
  readonly training?: Readonly<Record<string, unknown>>
}

export const translation = (task: TaskRef, { width = 32, reads = true, training = {} }: Options = {}): LabDocument =>
  composeLab({ task, training: { learningRate: 3e-3, ...training } }, (c) =>
    encoderDecoder(c, { width, reads, attention: { heads: 4 }, cross: { heads: 4 }, feedForward: { hidden: 2 * width } }),
  )
