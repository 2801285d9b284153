/** How a page gets its port to the host: names shared by page, preload and hosts. */

/** Browser host: the WebSocket's address, relative to the page's (`new URL(socketPath, location.href)`, with scheme ws). */
export const socketPath = 'socket'

/** Pupils of a class present a ticket as the second subprotocol of their WebSocket, so that it is no part of an address. */
export const socketProtocol = 'attention-lab'

/**
 * Desktop: once it listens for messages, the page posts `portWanted` to its own window. The preload has the main process create a channel
 * and posts `portGiven` to the window with the MessagePort as `event.ports[0]`. Each request gives a new port.
 */
export const portWanted = 'attention-lab:port-wanted'
export const portGiven = 'attention-lab:port'
