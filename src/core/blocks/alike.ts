/** Shape checks of blocks with two inputs. */
import type { Value } from '../program/types'
import type { BlockBuilder } from './define'

/** Refuses to build unless ports `a` and `b` have the same shape. Checks the width first, because only that has a repair. */
export function requireAlike(b: BlockBuilder, inputs: { readonly a: Value; readonly b: Value }): void {
  requireWidth(b, inputs.a.shape.at(-1) ?? 0, inputs.b.shape.at(-1) ?? 0)
  requireLength(b, inputs)
}

/** Refuses to build unless both widths are equal. */
export function requireWidth(b: BlockBuilder, left: number, right: number): void {
  if (left === right) return
  b.refuse(
    'graph.size-mismatch',
    { left, leftNode: b.source('a'), right, rightNode: b.source('b') },
    { port: 'b', width: left },
  )
}

/** Refuses to build unless both sequences have the same length; inputs without a token axis pass. */
export function requireLength(b: BlockBuilder, inputs: { readonly a: Value; readonly b: Value }): void {
  const [, left = 0] = inputs.a.shape
  const [, right = 0] = inputs.b.shape
  if (left === right || inputs.a.shape.length < 3) return
  b.refuse('graph.length-mismatch', { left, leftNode: b.source('a'), right, rightNode: b.source('b') })
}
