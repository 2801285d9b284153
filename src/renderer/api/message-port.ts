/** Wraps the desktop's MessagePort, which the preload sends in a window message, as a Port. */
import { portGiven, portWanted } from '@core/contract/handover'
import type { Port } from '@core/contract/port'

/** Requests a port from the preload; resolves when it arrives. */
export function receivePort(): Promise<Port> {
  return new Promise((resolve) => {
    function heard({ source, data, ports }: MessageEvent<unknown>): void {
      const [port] = ports
      if (source !== window || data !== portGiven || !port) return
      window.removeEventListener('message', heard)
      resolve(channelPort(port))
    }
    window.addEventListener('message', heard)
    window.postMessage(portWanted, location.origin)
  })
}

function channelPort(channel: MessagePort): Port {
  channel.start()
  return {
    post: (message) => channel.postMessage(message),
    onMessage: (listener) => channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => listener(data)),
    onClose: (listener) => channel.addEventListener('close', listener, { once: true }),
    close: () => channel.close(),
  }
}
