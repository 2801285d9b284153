/** How outputs are judged against the task's targets: what the output blocks share. */
import type { Value } from '../program/types'
import type { Aim } from '../signature'
import type { BlockBuilder, Objective, PortType } from './define'

export const tokenLogits: PortType = { axes: ['batch', 'token', 'class'], dtype: 'float32' }
export const sequenceLogits: PortType = { axes: ['batch', 'class'], dtype: 'float32' }

/** What the task asks for, said where a block gives something else. */
const refusals = {
  tokens: 'graph.wants-tokens',
  sequence: 'graph.wants-sequence',
  labels: 'graph.wants-labels',
  number: 'graph.wants-number',
} as const

/** Refuses to build unless the task asks for one of these. */
export function requireAim(b: BlockBuilder, ...aims: readonly Aim[]): void {
  if (!aims.includes(b.signature.aim)) b.refuse(refusals[b.signature.aim], {})
}

/** Refuses to build unless the task asks for a class for each token, and `x` (batch, token, feature) has all of them. */
export function requireTokens(b: BlockBuilder, x: Value): void {
  requireAim(b, 'tokens')
  const [, given = 0] = x.shape
  const wanted = b.signature.length
  if (given !== wanted && !b.place) b.refuse('graph.wrong-length', { source: b.source('x'), given, wanted })
}

/** What counts: real tokens or sequences of the block's input, all of them where nothing is padded; or just those the task asks for. */
export function countedOf(b: BlockBuilder, shape: readonly number[]): Value {
  if (b.signature.scored) return b.dataInput('scored', shape, 'float32')
  return b.mask('x') ?? b.constant(1, shape)
}

/** Softmax and cross-entropy over (…, class) logits against one class each; the largest logit is the prediction. */
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

/** With smoothing s: (1 − s) · loss of the target + s · mean loss over all classes, as torch.nn.CrossEntropyLoss. */
export function smoothed(b: BlockBuilder, logits: Value, losses: Value): Value {
  if (b.smoothing === 0) return losses
  const spread = b.neg(b.mean(b.logSoftmax(logits), -1))
  return b.add(b.mul(losses, 1 - b.smoothing), b.mul(spread, b.smoothing))
}
