/** The circuits of a head over the vocabulary (Elhage et al. 2021), without biases, positions and the blocks beside the direct path. */
import type { OutputValue, QueryKey } from './head-matrices'
import { pick, product, transpose, type Matrix } from './matrix'

/** W_E·W_QK·W_Eᵀ (V, V′): the attention score of each query token (row) for each key token (column). */
export function queryKeyCircuit({ queryEmbedding, query, keyEmbedding, key }: QueryKey): Matrix {
  return product(product(queryEmbedding, query), transpose(product(keyEmbedding, key)))
}

/** W_E·W_OV·W_U (V, C): what attending to a token (row) adds to each logit (column). */
export function outputValueCircuit({ embedding, value, output, unembedding }: OutputValue): Matrix {
  return product(product(embedding, value), product(output, unembedding))
}

/** The same circuit between tokens with the same text: `read` and `predicted` are ids of the same tokens in the same order. */
export function betweenTokens(circuit: OutputValue, read: readonly number[], predicted: readonly number[]): OutputValue {
  return {
    ...circuit,
    embedding: pick(circuit.embedding, 'rows', read),
    unembedding: pick(circuit.unembedding, 'columns', predicted),
  }
}
