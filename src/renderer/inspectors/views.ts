/** Views of the inspector per kind of block: live values and worked arithmetic. */
import type { Component } from 'vue'
import type { BlockKind } from '@core/blocks'
import AttentionArithmetic from './AttentionArithmetic.vue'
import AttentionLive from './AttentionLive.vue'
import ClassifierLive from './ClassifierLive.vue'
import EmbeddingLive from './EmbeddingLive.vue'
import FeedForwardLive from './FeedForwardLive.vue'
import NormArithmetic from './NormArithmetic.vue'
import NormLive from './NormLive.vue'
import OutputLive from './OutputLive.vue'
import PositionLive from './PositionLive.vue'
import TokensLive from './TokensLive.vue'
import WeightedSumArithmetic from './WeightedSumArithmetic.vue'

export interface Views {
  readonly live: Component
  /** Whether the live view has a chosen position (`Focus`). */
  readonly focused?: boolean
  /** Whether the live view has its own mute buttons. */
  readonly mutes?: boolean
  /** View with worked numbers; null if the formula is enough. */
  readonly arithmetic: Component | null
}

const output: Views = { live: OutputLive, arithmetic: null }
const attention: Views = { live: AttentionLive, focused: true, mutes: true, arithmetic: AttentionArithmetic }
const classifier: Views = { live: ClassifierLive, focused: true, arithmetic: null }

export const views: Readonly<Record<BlockKind, Views>> = {
  tokens: { live: TokensLive, arithmetic: null },
  numbers: output,
  embedding: { live: EmbeddingLive, arithmetic: null },
  position: { live: PositionLive, arithmetic: null },
  segment: output,
  'self-attention': attention,
  'multi-head': attention,
  'cross-attention': attention,
  'dot-products': output,
  softmax: output,
  'weighted-sum': { live: OutputLive, arithmetic: WeightedSumArithmetic },
  recurrent: output,
  norm: { live: NormLive, arithmetic: NormArithmetic },
  'feed-forward': { live: FeedForwardLive, arithmetic: null },
  linear: output,
  activation: output,
  add: output,
  multiply: output,
  scale: output,
  concat: output,
  slice: output,
  pool: output,
  dropout: output,
  classifier,
  'next-token': classifier,
  'sequence-classifier': classifier,
  'multi-label': output,
  regression: output,
}
