/** Writes the latest value of each key soon after it changed, and at once when the page is hidden or left. */
import type { Host } from './host'

export interface Keeper<K, V> {
  /** `value` is asked for when it is written. */
  keep(key: K, value: () => V): void
}

const writeAfter = 300 // milliseconds

/** What could not be written is written with the next change, or when the connection is back, unless it has changed since. */
export function createKeeper<K, V>(
  host: Host,
  write: (key: K, value: V) => Promise<unknown>,
  onFailure: (error: unknown) => void = () => undefined,
): Keeper<K, V> {
  const pending = new Map<K, () => V>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function writeAll(): void {
    clearTimeout(timer)
    timer = undefined
    for (const [key, value] of pending) {
      write(key, value()).catch((error: unknown) => {
        if (!pending.has(key)) pending.set(key, value)
        onFailure(error)
      })
    }
    pending.clear()
  }

  host.onConnected(writeAll)
  window.addEventListener('beforeunload', writeAll)
  window.addEventListener('pagehide', writeAll)
  document.addEventListener('visibilitychange', writeAll)
  return {
    keep(key, value) {
      pending.set(key, value)
      timer ??= setTimeout(writeAll, writeAfter)
    },
  }
}
