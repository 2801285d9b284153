/** Masks: which keys a query may see by position, one entry each. Padding is masked in addition. */
import { formula } from '../../program/constants'
import type { Value } from '../../program/types'
import type { BlockBuilder, Lookahead } from '../define'

/** Added to the score of a pair that may not attend: e^(−10⁹) is exactly 0 in float32. */
const FORBIDDEN = -1e9

/** Whether the query at one position may see the key at another; `window` is the largest distance. */
export const masks = {
  none: () => true,
  causal: (query, key) => key <= query,
  'without-diagonal': (query, key) => key !== query,
  window: (query, key, window) => Math.abs(query - key) <= window,
  'causal-window': (query, key, window) => key <= query && query - key <= window,
} satisfies Record<string, (query: number, key: number, window: number) => boolean>

export interface Masking {
  /** Added to scores (B, h, T, S): FORBIDDEN for hidden pairs; null if every pair is visible. */
  readonly bias: Value | null
  /** Number of visible keys of each query, broadcastable to (B, h, T, 1). */
  readonly seen: () => Value
  /** 1 for a query with a visible key, else 0, broadcastable to (B, h, T, 1); null if every query has one. */
  readonly hasVisibleKey: () => Value | null
}

/** Rows of a table by query position: all of them, or that of the token being generated. */
export const atPlace = (b: BlockBuilder, table: Value): Value => (b.place ? b.gather(table, b.place) : table)

/** For scores of `length` queries and `keys` keys; `padding` (B, S) is 1 for real keys. */
export function masking(
  b: BlockBuilder,
  { mask, window }: MaskSettings,
  { length, keys, padding }: { length: number; keys: number; padding: Value | null },
): Masking {
  const places = { mask, window, length, keys }
  const all = seesAll(places)
  const pattern = (visible: number, hidden: number) =>
    atPlace(b, b.constant(formula(pairs, mask, window, length, keys, visible, hidden), [length, keys])) // (T, S)
  const bias = all ? null : pattern(0, FORBIDDEN)
  if (!padding) {
    const seen = () => atPlace(b, b.constant(formula(counts, mask, window, length, keys), [length, 1])) // (T, 1)
    return { bias, seen, hasVisibleKey: () => (everyQuerySees(places) ? null : b.minimum(seen(), 1)) }
  }
  const [batch = 0] = padding.shape
  const hidden = b.reshape(b.mul(b.sub(padding, 1), -FORBIDDEN), [batch, 1, 1, keys]) // 0 or FORBIDDEN per key
  const seen = () => {
    const real = b.reshape(padding, [batch, 1, 1, keys])
    return b.sum(all ? real : b.mul(real, pattern(1, 0)), -1, true) // (B, 1, T or 1, 1)
  }
  return { bias: bias ? b.add(hidden, bias) : hidden, seen, hasVisibleKey: () => b.minimum(seen(), 1) }
}

type Mask = keyof typeof masks
export interface MaskSettings {
  readonly mask: Mask
  readonly window: number
}

/** Whether the query at one position may see the key at another, padding aside. */
export const isVisible = ({ mask, window }: MaskSettings, query: number, key: number): boolean =>
  masks[mask](query, key, window)

/** (length, keys): `visible` where a query may see a key, `hidden` elsewhere. */
function pairs(mask: Mask, window: number, length: number, keys: number, visible: number, hidden: number): Float32Array {
  return Float32Array.from({ length: length * keys }, (_, i) =>
    masks[mask](Math.floor(i / keys), i % keys, window) ? visible : hidden,
  )
}

/** (length): number of visible keys of each query. */
function counts(mask: Mask, window: number, length: number, keys: number): Float32Array {
  const seen = pairs(mask, window, length, keys, 1, 0)
  return Float32Array.from({ length }, (_, query) =>
    seen.subarray(query * keys, (query + 1) * keys).reduce((sum, pair) => sum + pair, 0),
  )
}

interface Places {
  readonly mask: Mask
  readonly window: number
  readonly length: number
  readonly keys: number
}

function seesAll({ mask, window, length, keys }: Places): boolean {
  if (mask === 'none') return true
  for (let query = 0; query < length; query++) {
    for (let key = 0; key < keys; key++) if (!masks[mask](query, key, window)) return false
  }
  return true
}

function everyQuerySees({ mask, window, length, keys }: Places): boolean {
  for (let query = 0; query < length; query++) {
    let away = 0 // from the query outwards, because visible keys are mostly near
    const sees = (key: number) => key >= 0 && key < keys && masks[mask](query, key, window)
    while (away < Math.max(length, keys) && !sees(query - away) && !sees(query + away)) away++
    if (away === Math.max(length, keys)) return false
  }
  return true
}

/** Whether the mask hides all later tokens. */
export const isCausal = ({ mask, window }: MaskSettings): boolean => !masks[mask](0, 1, window)

/** Lookahead of attention with this mask, from that of its `queries` and `keys`. */
export function lookaheadOf(options: MaskSettings, queries: Lookahead, keys: Lookahead): Lookahead {
  const tokens = Math.max(queries.tokens, keys.tokens)
  if (isCausal(options) || keys.tokens === -Infinity) return { tokens, isCausal: isCausal(options) }
  return { tokens: Infinity, repair: { param: 'mask', value: options.mask === 'window' ? 'causal-window' : 'causal' } }
}
