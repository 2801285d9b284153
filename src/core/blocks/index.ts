/** The catalogue of blocks: one line each, in the order of the palette. */
import { add } from './add'
import { classifier } from './classifier'
import { crossAttention } from './cross-attention'
import type { BlockDefinition } from './define'
import { dropout } from './dropout'
import { embedding } from './embedding'
import { feedForward } from './feed-forward'
import { linear } from './linear'
import { multiHead } from './multi-head'
import { multiLabel } from './multi-label'
import { nextToken } from './next-token'
import { norm } from './norm'
import { pool } from './pool'
import { position } from './position'
import { recurrent } from './recurrent'
import { regression } from './regression'
import { selfAttention } from './self-attention'
import { sequenceClassifier } from './sequence-classifier'
import { tokens } from './tokens'

export const blocks: readonly BlockDefinition[] = [
  tokens,
  embedding,
  position,
  selfAttention,
  multiHead,
  crossAttention,
  recurrent,
  norm,
  feedForward,
  linear,
  add,
  pool,
  dropout,
  classifier,
  nextToken,
  sequenceClassifier,
  multiLabel,
  regression,
]

const byKind = new Map(blocks.map((block) => [block.kind, block]))
export const blockByKind = (kind: string): BlockDefinition | undefined => byKind.get(kind)
