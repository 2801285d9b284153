/** Masks: which keys a query may see by their places, one entry each, always together with padding. */
import type { Value } from '../../program/types'
import type { BlockBuilder } from '../define'

/** Added to the score of a pair that may not attend: e^(−10⁹) is exactly 0 in float32. */
const FORBIDDEN = -1e9

/** Whether the query at one place may see the key at another; `window` is how many places away the last one is. */
export const masks = {
  none: () => true,
  causal: (query, key) => key <= query,
  'without-diagonal': (query, key) => key !== query,
  window: (query, key, window) => Math.abs(query - key) <= window,
  'causal-window': (query, key, window) => key <= query && query - key <= window,
} satisfies Record<string, (query: number, key: number, window: number) => boolean>

export interface Masking {
  /** Added to scores (B, h, T, S), FORBIDDEN where nothing may be seen; null where everything may. */
  readonly bias: Value | null
  /** How many keys each query may see, to be broadcast to (B, h, T, 1). */
  readonly seen: () => Value
  /** 1 for a query that may see any key, else 0, to be broadcast to (B, h, T, 1); null where every query may. */
  readonly alive: () => Value | null
}

/** A table by the places of queries: all of it, or the one row of the token that is being generated. */
export const atPlace = (b: BlockBuilder, table: Value): Value => (b.place ? b.gather(table, b.place) : table)

/** For scores of `length` queries and `keys` keys, of which `padding` (B, S) tells the real ones. */
export function masking(
  b: BlockBuilder,
  { mask, window }: { mask: keyof typeof masks; window: number },
  { length, keys, padding }: { length: number; keys: number; padding: Value | null },
): Masking {
  const allowed = Float32Array.from({ length: length * keys }, (_, i) =>
    Number(masks[mask](Math.floor(i / keys), i % keys, window)),
  )
  const all = allowed.every((pair) => pair === 1)
  const pattern = (values: Float32Array) => atPlace(b, b.constant(values, [length, keys])) // (T, S)
  const places = all ? null : pattern(allowed.map((pair) => (pair === 1 ? 0 : FORBIDDEN)))
  if (!padding) {
    const counts = Float32Array.from({ length }, (_, query) =>
      allowed.subarray(query * keys, (query + 1) * keys).reduce((sum, pair) => sum + pair, 0),
    )
    const seen = () => atPlace(b, b.constant(counts, [length, 1])) // (T, 1)
    return { bias: places, seen, alive: () => (counts.every((count) => count > 0) ? null : b.minimum(seen(), 1)) }
  }
  const [batch = 0] = padding.shape
  const hidden = b.reshape(b.mul(b.sub(padding, 1), -FORBIDDEN), [batch, 1, 1, keys]) // 0 or FORBIDDEN per key
  const seen = () => {
    const real = b.reshape(padding, [batch, 1, 1, keys])
    return b.sum(all ? real : b.mul(real, pattern(allowed)), -1, true) // (B, 1, T or 1, 1)
  }
  return { bias: places ? b.add(hidden, places) : hidden, seen, alive: () => b.minimum(seen(), 1) }
}

/** Whether a mask lets nothing see what comes later. */
export const looksBack = ({ mask, window }: { mask: keyof typeof masks; window: number }): boolean => !masks[mask](0, 1, window)
