/**
 * Limits connections that have not shown the token yet. Anyone who can reach the port can open them, and each takes a file
 * handle, so the oldest is closed for the newest. A page's own connections show the token with their first request.
 */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Returns the function to call with a connection that has shown the token. */
export function limitStrangers(server: Server, most: number): (socket: Socket) => void {
  /** Oldest first. */
  const strangers = new Set<Socket>()
  server.on('connection', (socket) => {
    strangers.add(socket)
    socket.once('close', () => strangers.delete(socket))
    const [oldest] = strangers
    if (strangers.size > most) oldest?.destroy()
  })
  return (socket) => strangers.delete(socket)
}
