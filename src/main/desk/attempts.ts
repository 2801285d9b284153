/** Limits guessing: at most ten wrong codes a minute from one address. */
import { LRUCache } from 'lru-cache'

const most = 10
const window = 60_000

export interface Attempts {
  /** Counts an attempt before it is made, so that simultaneous ones count too; false if the address has to wait. */
  begin(address: string): boolean
  /** The attempt was none at guessing. */
  forgive(address: string): void
}

/** Addresses beyond the newest ten thousand are forgotten. `now` gives milliseconds. */
export function countAttempts(now: () => number = Date.now): Attempts {
  const made = new LRUCache<string, readonly number[]>({ max: 10_000 })
  const recent = (address: string): readonly number[] => (made.get(address) ?? []).filter((time) => time > now() - window)
  return {
    begin(address) {
      const before = recent(address)
      if (before.length >= most) return false
      made.set(address, [...before, now()])
      return true
    },
    forgive: (address) => void made.set(address, recent(address).slice(0, -1)),
  }
}
