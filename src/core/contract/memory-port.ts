/** Two ports joined in memory: a client and a host in one process, as in tests and on the command line. */
import type { Port } from './port'

/**
 * What is posted on one arrives at the other in order, after the current task's synchronous part. `copy` stands for what a real
 * transport does to a message (e.g. `structuredClone`); without it both sides share the objects.
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
