/** How a page comes by its port to the host: the names that page, preload and hosts agree on. */

/** Browser host: the WebSocket's address, relative to the page's (`new URL(socketPath, location.href)`, with scheme ws). */
export const socketPath = 'socket'

/**
 * Desktop: the page posts `portWanted` to its own window once it listens for messages there; the preload has the main process make
 * a channel, and posts `portGiven` to the window with the MessagePort as `event.ports[0]`. A new request gives a new port.
 */
export const portWanted = 'attention-lab:port-wanted'
export const portGiven = 'attention-lab:port'
