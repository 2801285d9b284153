/** Limits guessing: at most ten wrong codes a minute from one address. Right ones count nothing, as a whole class may share an address. */
import { LRUCache } from 'lru-cache'
import { LabError } from '@core/errors'
import { Turns } from '../service/turns'

const most = 10
const window = 60_000

export interface Attempts {
  /**
   * Makes the attempts of an address one after another, so that simultaneous guesses count, too. Throws LabError `class.too-many-attempts`, or as
   * the attempt does.
   */
  make<T>(address: string, attempt: () => Promise<T>): Promise<T>
}

/** Addresses beyond the newest ten thousand are forgotten. `now` gives milliseconds. */
export function countAttempts(now: () => number = Date.now): Attempts {
  const wrong = new LRUCache<string, readonly number[]>({ max: 10_000 })
  const lines = new LRUCache<string, Turns>({ max: 10_000 })
  const recent = (address: string): readonly number[] => (wrong.get(address) ?? []).filter((time) => time > now() - window)
  return {
    make(address, attempt) {
      const line = lines.get(address) ?? new Turns()
      lines.set(address, line)
      return line.take(async () => {
        if (recent(address).length >= most) throw new LabError('class.too-many-attempts')
        try {
          return await attempt()
        } catch (error) {
          if (error instanceof LabError && error.code === 'class.wrong-code') wrong.set(address, [...recent(address), now()])
          throw error
        }
      })
    },
  }
}
