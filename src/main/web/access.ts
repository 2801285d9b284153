/** Who may talk to the browser host: those who know the token, from a page of this very host. */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

export interface Access {
  /** What follows the token in the address, e.g. `assets/index.js`; null if the request may not be answered. */
  addressOf(request: IncomingMessage): string | null
  /** Whether a WebSocket may be opened: as above, and from this host's own page. */
  allowsSocket(request: IncomingMessage): boolean
}

/** `host` is what the server listens on, `port` where; `token` comes first in every address. */
export function createAccess(host: string, port: number, token: string): Access {
  const secret = Buffer.from(token)

  /**
   * Against DNS rebinding: a foreign name that was made to point here is in the Host header. Names for this machine alone and bare
   * IP addresses cannot be made to.
   */
  function isOurs(request: IncomingMessage): boolean {
    const name = /^(.*?)(?::(\d+))?$/.exec(request.headers.host ?? '')
    if (Number(name?.[2] ?? 80) !== port) return false
    const hostname = (name?.[1] ?? '').toLowerCase().replace(/^\[(.*)\]$/, '$1')
    return hostname === 'localhost' || hostname === host.toLowerCase() || isIP(hostname) !== 0
  }

  function addressOf(request: IncomingMessage): string | null {
    if (!isOurs(request)) return null
    const { origin } = request.headers
    if (origin !== undefined && origin !== `http://${request.headers.host}`) return null
    const [path = ''] = (request.url ?? '').split('?')
    const [, given = '', ...rest] = path.split('/')
    const presented = Buffer.from(given)
    if (presented.length !== secret.length || !timingSafeEqual(presented, secret)) return null
    return rest.length === 0 ? null : rest.join('/')
  }

  return {
    addressOf,
    allowsSocket: (request) => request.headers.origin !== undefined && addressOf(request) !== null,
  }
}
