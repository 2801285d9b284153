/** The browser host: the page's files over HTTP and one WebSocket per page. Requires the token; everything else gets 403. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { isIPv6, type AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { owner, type Client } from '@core/contract/client'
import { socketPath, socketProtocol } from '@core/contract/handover'
import type { Port } from '@core/contract/port'
import { MAXIMUM_TEXT_BYTES } from '@core/tasks/text'
import type { Door } from '../desk/door'
import { createAccess } from './access'
import { pageHeaders } from './page-headers'
import type { PageFiles } from './page-files'
import { socketPort } from './socket-port'
import { limitStrangers } from './strangers'

export interface WebServerOptions {
  readonly files: PageFiles
  /** Address to listen on; 127.0.0.1 unless other computers on the network should have access. */
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** Called with each page's port. */
  readonly onConnect: (port: Port, client: Client) => void
  /** Lets people in without the token, if there is a class. */
  readonly door?: Door
  /** Names of this computer besides its addresses. */
  readonly names?: readonly string[]
}

export interface WebServer {
  /** The page's address, with the token. */
  readonly address: string
  readonly port: number
  close(): Promise<void>
}

/** A text of the maximum size, plus the overhead of a message. */
const MAXIMUM_MESSAGE = MAXIMUM_TEXT_BYTES + 2 ** 20

/** Limit on simultaneous connections without the token, and the milliseconds in which each must send a complete request. */
const mostStrangers = 64
/** A class of forty opens some connections each, before the door knows them. */
const mostInClass = 512
const requestLimit = 5000

/** Rejects with the error of listening: the port is taken, or the machine does not have the address. */
export async function startWebServer({ files, host, port, onConnect, door, names }: WebServerOptions): Promise<WebServer> {
  const token = randomBytes(32).toString('hex')
  const server = createServer({
    requireHostHeader: false, // requests without one are refused by `access`
    headersTimeout: requestLimit,
    requestTimeout: requestLimit,
    connectionsCheckingInterval: requestLimit / 5,
  })
  const welcome = limitStrangers(server, door ? mostInClass : mostStrangers)
  server.listen(port, host)
  await once(server, 'listening')
  const access = createAccess(host, (server.address() as AddressInfo).port, token, names)

  const reply: RequestListener = (request, response) => {
    const address = access.addressOf(request)
    if (address !== null) welcome(request.socket)
    const open = address === null && door ? access.openAddressOf(request) : null
    if (open !== null && door?.answer(open, request, response)) return
    void answer(address ?? open, request, response, files)
  }
  server.on('request', reply).on('checkContinue', reply).on('checkExpectation', reply)
  server.on('clientError', (_error, socket) => socket.destroy()) // input that is not HTTP gets no answer
  const sockets = new WebSocketServer({
    ...{ noServer: true, maxPayload: MAXIMUM_MESSAGE, perMessageDeflate: false },
    handleProtocols: (protocols) => (protocols.has(socketProtocol) ? socketProtocol : false),
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    if (access.allowsSocket(request) && access.addressOf(request) === socketPath) {
      welcome(request.socket)
      sockets.handleUpgrade(request, socket, head, (opened) => onConnect(socketPort(opened), owner))
      return
    }
    const fromOurPage = request.headers.origin !== undefined && access.openAddressOf(request) !== null
    const client = fromOurPage ? (door?.admit(request) ?? null) : null
    if (client) {
      welcome(request.socket)
      sockets.handleUpgrade(request, socket, head, (opened) => onConnect(socketPort(opened), client))
    } else {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    }
  })

  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return {
    port: (server.address() as AddressInfo).port,
    address: `http://${isIPv6(shown) ? `[${shown}]` : shown}:${(server.address() as AddressInfo).port}/${token}/`,
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** `address` is null if the request must be refused. */
async function answer(
  address: string | null,
  request: IncomingMessage,
  response: ServerResponse,
  files: PageFiles,
): Promise<void> {
  if (address === null) return void response.writeHead(403, { 'content-length': 0 }).end()
  if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405, { allow: 'GET, HEAD' }).end()
  const file = files.get(address)
  const content = file && (await readFile(file.path).catch(() => null))
  if (!content) return void response.writeHead(404, { 'content-length': 0 }).end()
  response.writeHead(200, {
    ...pageHeaders(file.type, `ws://${request.headers.host ?? ''}`),
    'content-length': content.length,
  })
  response.end(request.method === 'HEAD' ? undefined : content)
}
