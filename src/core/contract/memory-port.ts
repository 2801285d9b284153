/** A pair of connected ports in memory: client and host in one process, for tests and the command line. */
import type { Port } from './port'

/**
 * Messages arrive at the other port in order, asynchronously. `copy` simulates the transport (e.g. `structuredClone`); without it both
 * sides share objects.
 */
export function memoryPorts(copy: (message: unknown) => unknown = (message) => message): [Port, Port] {
  const ends = [end(), end()] as const
  let open = true

  function end() {
    return { messages: new Set<(message: unknown) => void>(), closes: new Set<() => void>() }
  }
  function port(own: 0 | 1): Port {
    const other = own === 0 ? 1 : 0
    return {
      post: (message) => {
        if (!open) return
        const sent = copy(message)
        void Promise.resolve().then(() => {
          if (open) for (const listener of ends[other].messages) listener(sent)
        })
      },
      onMessage: (listener) => void ends[own].messages.add(listener),
      onClose: (listener) => void ends[own].closes.add(listener),
      close: () => {
        if (!open) return
        open = false
        for (const { closes } of ends) for (const listener of closes) listener()
      },
    }
  }
  return [port(0), port(1)]
}
