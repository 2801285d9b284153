/** A page's WebSocket as a Port: messages are sent as bytes. */
import type { WebSocket } from 'ws'
import { decodeMessage, encodeMessage } from '@core/contract/codec'
import type { Port } from '@core/contract/port'

const HEARTBEAT = 30_000 // milliseconds

/** A page that does not answer a ping within half a minute is gone, e.g. on a closed laptop. */
export function socketPort(socket: WebSocket): Port {
  let answered = true
  const heartbeat = setInterval(() => {
    if (!answered) {
      socket.terminate()
      return
    }
    answered = false
    socket.ping()
  }, HEARTBEAT)
  socket.on('pong', () => (answered = true))
  socket.on('close', () => clearInterval(heartbeat))
  socket.on('error', () => socket.terminate()) // a message too large, or malformed frames

  return {
    post: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(encodeMessage(message))
    },
    onMessage: (listener) =>
      socket.on('message', (data, isBinary) => {
        const message = isBinary && Buffer.isBuffer(data) ? decoded(data) : undefined
        if (message !== undefined) listener(message)
      }),
    onClose: (listener) => socket.on('close', listener),
    close: () => socket.close(),
  }
}

/** Undefined for bytes that are not a message, which are ignored. */
function decoded(bytes: Uint8Array): unknown {
  try {
    return decodeMessage(bytes)
  } catch {
    return undefined
  }
}
