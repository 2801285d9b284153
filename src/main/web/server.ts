/** The browser host: the page's files over HTTP and one WebSocket per page, for those who have the token. Everyone else gets 403. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { isIPv6, type AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { socketPath } from '@core/contract/handover'
import type { Port } from '@core/contract/port'
import { MAXIMUM_TEXT_BYTES } from '@core/tasks/text'
import { createAccess } from './access'
import { pageHeaders } from './page-headers'
import type { PageFiles } from './page-files'
import { socketPort } from './socket-port'
import { limitStrangers } from './strangers'

export interface WebServerOptions {
  readonly files: PageFiles
  /** Address to listen on, 127.0.0.1 unless others on the network are to be let in. */
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** Called with each page's port. */
  readonly onConnect: (port: Port) => void
}

export interface WebServer {
  /** The page's address, with the token. */
  readonly address: string
  close(): Promise<void>
}

/** A text of the largest size, and what a message adds to it. */
const MAXIMUM_MESSAGE = MAXIMUM_TEXT_BYTES + 2 ** 20

/** Connections without the token, at a time, and the milliseconds in which each must send a whole request. */
const mostStrangers = 64
const requestLimit = 5000

/** Throws what listening throws: the port taken, an address this machine does not have. */
export async function startWebServer({ files, host, port, onConnect }: WebServerOptions): Promise<WebServer> {
  const token = randomBytes(32).toString('hex')
  const server = createServer({
    requireHostHeader: false, // without one, too, the answer is ours to give
    headersTimeout: requestLimit,
    requestTimeout: requestLimit,
    connectionsCheckingInterval: requestLimit / 5,
  })
  const welcome = limitStrangers(server, mostStrangers)
  server.listen(port, host)
  await once(server, 'listening')
  const access = createAccess(host, (server.address() as AddressInfo).port, token)

  const reply: RequestListener = (request, response) => {
    const address = access.addressOf(request)
    if (address !== null) welcome(request.socket)
    void answer(address, request, response, files)
  }
  server.on('request', reply).on('checkContinue', reply).on('checkExpectation', reply)
  server.on('clientError', (_error, socket) => socket.destroy()) // what is not HTTP gets no answer
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAXIMUM_MESSAGE, perMessageDeflate: false })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    if (access.allowsSocket(request) && access.addressOf(request) === socketPath) {
      welcome(request.socket)
      sockets.handleUpgrade(request, socket, head, (opened) => onConnect(socketPort(opened)))
    } else {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    }
  })

  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return {
    address: `http://${isIPv6(shown) ? `[${shown}]` : shown}:${(server.address() as AddressInfo).port}/${token}/`,
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** `address` is null where the request may not be answered. */
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
