/** Merges: how the outputs of the heads become one vector. One entry each; the first is the standard one. */
import type { Value } from '../../program/types'
import type { BlockBuilder } from '../define'
import { joinHeads } from './heads'

/** Heads (B, h, T, w) → (B, T, d). `dense` is the block's output layer, h·w → d; mean and sum do not use it and give width w. */
export const merges = {
  /** Vaswani et al. 2017, section 3.2.2: neither ReLU nor softmax. */
  linear: (b, heads, dense) => dense(joinHeads(b, heads)),
  'linear-relu': (b, heads, dense) => b.relu(dense(joinHeads(b, heads))),
  'linear-relu-softmax': (b, heads, dense) => b.softmax(b.relu(dense(joinHeads(b, heads)))),
  mean: (b, heads) => b.mean(heads, 1),
  sum: (b, heads) => b.sum(heads, 1),
} satisfies Record<string, (b: BlockBuilder, heads: Value, dense: (joined: Value) => Value) => Value>
