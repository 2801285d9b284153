/** −log softmax(logits)[target] of each row: (…, class), int32 (…) → (…). */
import { defineOp, requireType, type NoAttributes } from '../define'
import { describeShape, lastSize, sameShape, sizeOf } from '../shapes'
import { requireIndex } from './indices'
import { logSumExp, reduceRows } from './rows'

declare module '../types' {
  interface OpAttributes {
    crossEntropy: NoAttributes
  }
}

export const crossEntropy = defineOp({
  kind: 'crossEntropy',
  arity: 2,
  infer([logits, targets]) {
    requireType('crossEntropy', 'float32', logits)
    requireType('crossEntropy', 'int32', targets)
    if (logits.shape.length === 0 || !sameShape(logits.shape.slice(0, -1), targets.shape)) {
      throw new TypeError(
        `crossEntropy: one target for each row, logits ${describeShape(logits.shape)} and targets ${describeShape(targets.shape)}`,
      )
    }
    return { shape: targets.shape, dtype: 'float32' }
  },
  compute([logits, targets]) {
    const classes = lastSize(logits.shape)
    return reduceRows(logits, (row, i) => logSumExp(row) - row[requireIndex('crossEntropy', targets.data[i]!, classes)]!)
  },
  gradient({ inputs: [logits, targets] }, g, e) {
    const error = e.sub(e.softmax(logits), e.oneHot(targets, lastSize(logits.shape)))
    return [e.mul(error, e.reshape(g, [...g.shape, 1])), null]
  },
  flops: ({ inputs: [logits] }) => 4 * sizeOf(logits.shape),
})
