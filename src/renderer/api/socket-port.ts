/** Wraps the WebSocket of the web host as a Port; messages are sent as bytes. */
import { decodeMessage, encodeMessage } from '@core/contract/codec'
import type { Port } from '@core/contract/port'

/** Resolves when the socket is open; rejects if the host is unreachable or refuses the token or the ticket among the protocols. */
export function openSocket(address: URL, protocols: readonly string[] = []): Promise<Port> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, [...protocols])
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('error', () => reject(new Error('the host cannot be reached')), { once: true })
    socket.addEventListener('open', () => resolve(socketPort(socket)), { once: true })
  })
}

function socketPort(socket: WebSocket): Port {
  return {
    post: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(encodeMessage(message))
    },
    onMessage: (listener) =>
      socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (data instanceof ArrayBuffer) listener(decodeMessage(new Uint8Array(data)))
      }),
    onClose: (listener) => socket.addEventListener('close', listener, { once: true }),
    close: () => socket.close(),
  }
}
