/** Debounced writes: the latest value of each key is written soon after a change, and immediately when the page is hidden or closed. */
import type { Host } from './host'

export interface Keeper<K, V> {
  /** `value` is evaluated when it is written. */
  keep(key: K, value: () => V): void
}

const writeAfter = 300 // milliseconds

/** A failed write is retried on the next change or reconnection, unless the key has a newer value by then. */
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
