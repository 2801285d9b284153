/** Access control of the browser host: requests need the token and must come from this host's own page. */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

export interface Access {
  /** The path after the token, e.g. `assets/index.js`; null if the request must be refused. */
  addressOf(request: IncomingMessage): string | null
  /** The path without a token, for what everybody in the room may have; null for another site's page or a foreign name. */
  openAddressOf(request: IncomingMessage): string | null
  /** Whether a WebSocket may be opened: the same rules, and the origin must be this host's page. */
  allowsSocket(request: IncomingMessage): boolean
}

/** The server listens on `host` and `port`; `token` is the first segment of every path. `names` are other names of this computer. */
export function createAccess(host: string, port: number, token: string, names: readonly string[] = []): Access {
  const secret = Buffer.from(token)

  /**
   * Prevents DNS rebinding, where a foreign name that resolves to this machine is in the Host header. Names for this machine
   * alone and bare IP addresses cannot be rebound.
   */
  function isOurs(request: IncomingMessage): boolean {
    const name = /^(.*?)(?::(\d+))?$/.exec(request.headers.host ?? '')
    if (Number(name?.[2] ?? 80) !== port) return false
    const hostname = (name?.[1] ?? '').toLowerCase().replace(/^\[(.*)\]$/, '$1')
    return hostname === 'localhost' || hostname === host.toLowerCase() || names.includes(hostname) || isIP(hostname) !== 0
  }

  function pathOf(request: IncomingMessage): string | null {
    if (!isOurs(request)) return null
    const { origin } = request.headers
    if (origin !== undefined && origin !== `http://${request.headers.host}`) return null
    return (request.url ?? '').split('?')[0] ?? ''
  }

  function addressOf(request: IncomingMessage): string | null {
    const path = pathOf(request)
    if (path === null) return null
    const [, given = '', ...rest] = path.split('/')
    const presented = Buffer.from(given)
    if (presented.length !== secret.length || !timingSafeEqual(presented, secret)) return null
    return rest.length === 0 ? null : rest.join('/')
  }

  return {
    addressOf,
    openAddressOf: (request) => pathOf(request)?.replace(/^\//, '') ?? null,
    allowsSocket: (request) => request.headers.origin !== undefined && addressOf(request) !== null,
  }
}
