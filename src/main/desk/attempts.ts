/** Slows down guessing: at most ten wrong codes a minute from one address. */
import { LRUCache } from 'lru-cache'

const most = 10
const window = 60_000

export interface Attempts {
  /** Whether the address may try a code now. */
  allows(address: string): boolean
  failed(address: string): void
}

/** Addresses beyond the newest ten thousand are forgotten. `now` gives milliseconds. */
export function countAttempts(now: () => number = Date.now): Attempts {
  const failures = new LRUCache<string, readonly number[]>({ max: 10_000 })
  const recent = (address: string): readonly number[] => (failures.get(address) ?? []).filter((time) => time > now() - window)
  return {
    allows: (address) => recent(address).length < most,
    failed: (address) => void failures.set(address, [...recent(address), now()]),
  }
}
