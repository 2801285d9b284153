/** The main process's end of a channel to a page, as a Port. */
import type { MessagePortMain } from 'electron'
import type { Port } from '@core/contract/port'

export function messagePort(channel: MessagePortMain): Port {
  channel.start()
  return {
    post: (message) => channel.postMessage(message),
    onMessage: (listener) => channel.on('message', ({ data }) => listener(data)),
    onClose: (listener) => channel.once('close', listener),
    close: () => channel.close(),
  }
}
