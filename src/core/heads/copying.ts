import { eigenvalues } from './eigenvalues'
import { product, type Matrix } from './matrix'

/**
 * How far a head copies the tokens it attends to: Σλ / Σ|λ| over the eigenvalues of its OV circuit W_E·W_V·W_O·W_U, from −1 to 1, which is 1
 * if attending to any token raises that token's own logit (Elhage et al. 2021, “Summarizing OV/QK matrices”). The same token has the same
 * place in both vocabularies.
 *
 * `embedding` (V, d), `value` (d, k), `output` (k, d), `unembedding` (d, V). The circuit (V, V) has the nonzero eigenvalues of the k × k
 * product in another order, which is computed instead. Null if all are 0 or if they cannot be computed.
 */
export function copying(embedding: Matrix, value: Matrix, output: Matrix, unembedding: Matrix): number | null {
  const found = eigenvalues(product(product(output, unembedding), product(embedding, value)))
  if (!found) return null
  const sum = found.reduce((total, { re }) => total + re, 0)
  const size = found.reduce((total, { re, im }) => total + Math.hypot(re, im), 0)
  return size === 0 ? null : sum / size
}
