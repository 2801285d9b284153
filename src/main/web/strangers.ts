/**
 * Connections that have not shown the token yet. Whoever can reach the port can open them, and each takes a handle that pages and files need:
 * so there are few at a time, and the oldest goes for the newest. A page's own show it with their first request.
 */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Gives what is called with a connection that has shown the token. */
export function limitStrangers(server: Server, most: number): (socket: Socket) => void {
  /** From the oldest to the newest. */
  const strangers = new Set<Socket>()
  server.on('connection', (socket) => {
    strangers.add(socket)
    socket.once('close', () => strangers.delete(socket))
    const [oldest] = strangers
    if (strangers.size > most) oldest?.destroy()
  })
  return (socket) => strangers.delete(socket)
}
