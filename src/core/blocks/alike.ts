/** What blocks with two inputs ask of them. */
import type { Value } from '../program/types'
import type { BlockBuilder } from './define'

/** Refuses to build unless what came in at ports `a` and `b` has the same shape: features first, which can be mended. */
export function requireAlike(b: BlockBuilder, inputs: { readonly a: Value; readonly b: Value }): void {
  requireWidth(b, inputs.a.shape.at(-1) ?? 0, inputs.b.shape.at(-1) ?? 0)
  requireLength(b, inputs)
}

/** Refuses to build unless both are as wide. */
export function requireWidth(b: BlockBuilder, left: number, right: number): void {
  if (left === right) return
  b.refuse(
    'graph.size-mismatch',
    { left, leftNode: b.source('a'), right, rightNode: b.source('b') },
    { port: 'b', width: left },
  )
}

/** Refuses to build unless both are sequences of as many tokens, where they are sequences. */
export function requireLength(b: BlockBuilder, inputs: { readonly a: Value; readonly b: Value }): void {
  const [, left = 0] = inputs.a.shape
  const [, right = 0] = inputs.b.shape
  if (left === right || inputs.a.shape.length < 3) return
  b.refuse('graph.length-mismatch', { left, leftNode: b.source('a'), right, rightNode: b.source('b') })
}
