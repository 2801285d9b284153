/** Objectives against the task's targets, shared by the output blocks. */
import type { Value } from '../program/types'
import type { Aim } from '../signature'
import type { BlockBuilder, Objective, PortType } from './define'

export const tokenLogits: PortType = { axes: ['batch', 'token', 'class'], dtype: 'float32' }
export const sequenceLogits: PortType = { axes: ['batch', 'class'], dtype: 'float32' }

/** Error by the aim of the task, for a block that gives something else. */
const refusals = {
  tokens: 'graph.wants-tokens',
  sequence: 'graph.wants-sequence',
  labels: 'graph.wants-labels',
  number: 'graph.wants-number',
} as const

/** Refuses to build unless the task has one of these aims. */
export function requireAim(b: BlockBuilder, ...aims: readonly Aim[]): void {
  if (!aims.includes(b.signature.aim)) b.refuse(refusals[b.signature.aim], {})
}

/** Refuses to build unless the task has a class per token and `x` (batch, token, feature) has the same length. */
export function requireTokens(b: BlockBuilder, x: Value): void {
  requireAim(b, 'tokens')
  const [, given = 0] = x.shape
  const wanted = b.signature.length
  if (given !== wanted && !b.place) b.refuse('graph.wrong-length', { source: b.source('x'), given, wanted })
}

/** Which tokens or sequences enter the loss: those the task scores, or else all that are not padding. */
export function countedOf(b: BlockBuilder, shape: readonly number[]): Value {
  if (b.signature.scored) return b.dataInput('scored', shape, 'float32')
  return b.mask('x') ?? b.constant(1, shape)
}

/** Softmax cross-entropy of (…, class) logits; the largest logit is the prediction. */
export function crossEntropyObjective(b: BlockBuilder, logits: Value, axes: readonly string[]): Objective {
  const shape = logits.shape.slice(0, -1)
  b.look('logits', axes, logits)
  const probabilities = b.mode === 'inspect' ? b.look('probabilities', axes, b.softmax(logits)) : null
  const predictions = b.argmax(logits)
  const targets = b.dataInput('targets', shape, 'int32')
  return {
    losses: smoothed(b, logits, b.crossEntropy(logits, targets)),
    counted: countedOf(b, shape),
    logits,
    predictions,
    probabilities,
    right: b.equal(predictions, targets),
  }
}

/** With smoothing s: (1 − s) · loss of the target + s · mean loss over all classes, as in torch.nn.CrossEntropyLoss. */
export function smoothed(b: BlockBuilder, logits: Value, losses: Value): Value {
  if (b.smoothing === 0) return losses
  const spread = b.neg(b.mean(b.logSoftmax(logits), -1))
  return b.add(b.mul(losses, 1 - b.smoothing), b.mul(spread, b.smoothing))
}
