/**
 * Next token: a classifier over the vocabulary for every token. If the embedding table is connected, the logit of a token is the dot
 * product with its embedding: the weights are tied (Press & Wolf 2017), and the output has only a bias of its own.
 */
import { z } from 'zod'
import { defineBlock, embeddingTable, features, type BlockBuilder } from './define'
import type { Value } from '../program/types'
import { crossEntropyObjective, requireTokens, tokenLogits } from './objective'
import { biasParam, initialiserParam, linearMap } from './linear-map'

export const nextToken = defineBlock({
  kind: 'next-token',
  family: 'output',
  inputs: { x: features, table: { ...embeddingTable, optional: true } },
  outputs: { logits: tokenLogits },
  params: z.object({ bias: biasParam, initialiser: initialiserParam }),
  build({ x, table }, { bias, initialiser }, b) {
    requireTokens(b, x)
    const outputs = b.signature.classes
    const logits = table ? tied(b, x, table, bias) : linearMap(b, x, { name: 'weight', outputs, bias, initialiser })
    b.objective(crossEntropyObjective(b, logits, tokenLogits.axes))
    return { logits }
  },
})

/** x·Eᵀ + b: (batch, token, feature) and (vocabulary, feature) → (batch, token, class). */
function tied(b: BlockBuilder, x: Value, table: Value, bias: boolean): Value {
  const [rows = 0, width = 0] = table.shape
  const given = x.shape[2] ?? 0
  const classes = b.signature.classes
  if (rows !== classes) b.refuse('graph.tied-vocabulary', { table: b.source('table'), rows, classes })
  if (width !== given) {
    b.refuse('graph.tied-width', { table: b.source('table'), width, source: b.source('x'), given }, { port: 'x', width })
  }
  const logits = b.matmul(x, table, { transposeB: true })
  return bias ? b.add(logits, b.weight('bias', [classes], { kind: 'zeros' })) : logits
}
