/** The arithmetic shared by all attention blocks: scores, mask, weights, and the weighted sum of values. */
import type { Value } from '../../program/types'
import type { BlockBuilder } from '../define'
import { shareHeads } from './heads'
import { isCausal, masking } from './masks'
import { normalisers } from './normalisers'
import { withPainted } from './painted'
import { distanceBias, rotate } from './positions'
import { scales, scores as scoreFunctions } from './scores'
import type { AttentionSettings } from './settings'

/**
 * normalise(score(q, k)·scale + mask)·v for queries (B, h, T, d_k), keys (B, g, S, d_k) and values (B, g, S, d_v) → (B, h, T, d_v), with
 * probes on the intermediate results. `padding` (B, S) is 1 for real keys. A query without visible keys gets zeros.
 */
export function attend(
  b: BlockBuilder,
  given: { queries: Value; keys: Value; values: Value; padding: Value | null },
  settings: AttentionSettings,
): Value {
  if (b.place && !isCausal(settings)) b.refuse('graph.not-causal', {})
  const [, heads = 0, , width = 1] = given.queries.shape
  const placed = (x: Value) => (settings.positions === 'rope' ? rotate(b, x, settings) : x)
  if (settings.positions === 'rope' && width % 2 !== 0) {
    b.refuse('graph.odd-key-width', { width, even: width + 1 }, { param: 'keyWidth', value: width + 1 })
  }

  const queries = placed(given.queries)
  const keys = shareHeads(b, b.remember('keys', placed(given.keys)), heads)
  const values = shareHeads(b, b.remember('values', given.values), heads)
  b.look('queries', ['batch', 'head', 'query', 'feature'], queries)
  b.look('keys', ['batch', 'head', 'key', 'feature'], keys)
  b.look('values', ['batch', 'head', 'key', 'feature'], values)

  const products = scoreFunctions[settings.score](b, { queries, keys, initialiser: settings.initialiser }) // (B, h, T, S)
  const scores = b.mul(products, scales[settings.scale](width, settings.factor))
  b.look('scores', ['batch', 'head', 'query', 'key'], scores)

  const [, , seen = 0] = keys.shape
  const length = b.place ? seen : (queries.shape[2] ?? 0)
  // Cached positions up to the new token are all real; later ones are stale and hidden by the causal mask.
  const {
    bias,
    seen: count,
    hasVisibleKey,
  } = masking(b, settings, { length, keys: seen, padding: b.place ? null : given.padding })
  const distances = settings.positions === 'alibi' ? distanceBias(b, heads, length, seen) : null
  if (distances) b.look('distances', ['head', 'query', 'key'], distances)
  const biases = bias && distances ? b.add(bias, distances) : (bias ?? distances)
  const learned = normalisers[settings.normaliser](b, biases ? b.add(scores, biases) : scores, count)
  const weights = withPainted(b, learned, settings, { length, keys: seen, padding: b.place ? null : given.padding })
  const attended = b.matmul(b.dropout(weights, settings.weightDropout), values) // (B, h, T, d_v)
  const visible = hasVisibleKey()
  b.look('attention', ['batch', 'head', 'query', 'key'], visible ? b.mul(weights, visible) : weights)
  return visible ? b.mul(attended, visible) : attended
}
