import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { connect as connectSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { labEvents, labMethods } from '@core/contract/lab'
import { decodeMessage, encodeMessage } from '@core/contract/codec'
import type { Port } from '@core/contract/port'
import { connect, serve } from '@core/contract/rpc'
import { findPageFiles } from './page-files'
import { startWebServer, type WebServer } from './server'

let folder: string
let server: WebServer
let port: number
let token: string
let onConnect: (port: Port) => void = () => undefined

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attention-lab-web-'))
  await mkdir(join(folder, 'page', 'assets'), { recursive: true })
  await writeFile(join(folder, 'secret.txt'), 'secret')
  await writeFile(join(folder, 'page', 'index.html'), '<!doctype html><title>lab</title>')
  await writeFile(join(folder, 'page', 'assets', 'index-1a.js'), 'export {}')
  const files = await findPageFiles(join(folder, 'page'))
  server = await startWebServer({ files, host: '127.0.0.1', port: 0, onConnect: (opened) => onConnect(opened) })
  const address = new URL(server.address)
  port = Number(address.port)
  token = address.pathname.replaceAll('/', '')
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

interface Answer {
  readonly status: number | undefined
  readonly headers: Record<string, unknown>
  readonly body: string
}

/** Sends the path exactly as written; clients would normalise it. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }))
    })
    request.on('error', reject).end()
  })
}

const shut = { status: 403, body: '' }

describe('the address', () => {
  it('has only this machine, a free port and a long random token', async () => {
    expect(server.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{64}\/$/)
    const files = await findPageFiles(join(folder, 'page'))
    const other = await startWebServer({ files, host: '127.0.0.1', port: 0, onConnect: () => undefined })
    expect(new URL(other.address).pathname).not.toBe(new URL(server.address).pathname)
    await other.close()
  })
})

describe('with the token', () => {
  it('serves the page and its files with their types and a strict policy', async () => {
    const page = await ask(`/${token}/`)
    expect(page).toMatchObject({ status: 200, body: '<!doctype html><title>lab</title>' })
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    })
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';")
    expect(policy).toContain("worker-src 'self';")
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${port};`)
    expect(policy).not.toContain("'unsafe-eval'")
    expect(page.headers['access-control-allow-origin']).toBeUndefined()

    const script = await ask(`/${token}/assets/index-1a.js`)
    expect(script).toMatchObject({ status: 200, body: 'export {}' })
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(await ask(`/${token}/index.html?a=b`, {}, 'HEAD')).toMatchObject({ status: 200, body: '' })
  })

  it.each([
    'none.js',
    '../secret.txt',
    'assets/../../secret.txt',
    '%2e%2e/secret.txt',
    '..%2fsecret.txt',
    'assets',
    '/etc/passwd',
    '..\\secret.txt',
    '__proto__',
  ])('serves nothing but the page: %s', async (path) => {
    expect(await ask(`/${token}/${path}`)).toMatchObject({ status: 404, body: '' })
  })

  it('accepts no data', async () => {
    expect(await ask(`/${token}/`, {}, 'POST')).toMatchObject({ status: 405, body: '' })
  })
})

describe('without the token', () => {
  it.each(['/', '', '/index.html', '/favicon.ico', '/socket', `/${'0'.repeat(64)}/`, '/assets/index-1a.js', '*'])(
    '%s is refused with an empty body',
    async (path) => {
      expect(await ask(path)).toMatchObject(shut)
    },
  )

  it('a nearly correct token is refused', async () => {
    const flipped = token.startsWith('0') ? '1' : '0'
    expect(await ask(`/${flipped}${token.slice(1)}/`)).toMatchObject(shut)
    expect(await ask(`/${token.slice(1)}/`)).toMatchObject(shut)
    expect(await ask(`/${token}0/`)).toMatchObject(shut)
    expect(await ask(`//${token}/`)).toMatchObject(shut)
    expect(await ask(`/?token=${token}`)).toMatchObject(shut)
    expect(await ask(`/${token.toUpperCase()}/`)).toMatchObject(/[a-f]/.test(token) ? shut : { status: 200 })
  })

  it.each(['POST', 'OPTIONS', 'DELETE', 'PUT'])('%s is refused as well', async (method) => {
    expect(await ask('/', {}, method)).toMatchObject(shut)
  })

  it('responses reveal nothing about the host', async () => {
    const { headers } = await ask('/')
    expect(Object.keys(headers).sort()).toEqual(
      ['connection', 'content-length', 'date', 'keep-alive'].filter((name) => name in headers),
    )
  })
})

describe('requests from elsewhere', () => {
  it.each(['evil.example', 'evil.example:80', 'localhost', 'localhost.evil.example', '127.0.0.1', '127.0.0.1:1'])(
    'the host name %j is refused even with the token',
    async (host) => {
      expect(await ask(`/${token}/`, { host })).toMatchObject(shut)
    },
  )

  it('a foreign name with the right port is refused; names of this machine are not', async () => {
    expect(await ask(`/${token}/`, { host: `evil.example:${port}` })).toMatchObject(shut)
    expect(await ask(`/${token}/`, { host: `127.0.0.1.evil.example:${port}` })).toMatchObject(shut)
    expect(await ask(`/${token}/`, { host: `localhost:${port}` })).toMatchObject({ status: 200 })
  })

  it.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://127.0.0.1'])(
    'the origin %s is refused',
    async (origin) => {
      expect(await ask(`/${token}/`, { origin })).toMatchObject(shut)
    },
  )

  it('a request without a host is refused', async () => {
    const socket = connectSocket(port, '127.0.0.1')
    let answered = ''
    socket.on('data', (data) => (answered += String(data)))
    socket.end(`GET /${token}/ HTTP/1.1\r\nConnection: close\r\n\r\n`)
    await once(socket, 'close')
    expect(answered).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n(?:.*\r\n)*\r\n$/)
  })

  it('input that is not HTTP gets no answer, and the host keeps running', async () => {
    const socket = connectSocket(port, '127.0.0.1')
    let answered = ''
    socket.on('data', (data) => (answered += String(data))).on('error', () => undefined)
    socket.end('\u0016\u0003\u0001 rubbish\r\n\r\n')
    await once(socket, 'close')
    expect(answered).toBe('')
    expect(await ask(`/${token}/`)).toMatchObject({ status: 200 })
  })
})

describe('the WebSocket', () => {
  function open(path: string, options: { origin?: string; headers?: Record<string, string> } = {}): Promise<WebSocket> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, options)
      socket.once('open', () => resolve(socket))
      socket.once('unexpected-response', (request, response) => {
        request.destroy()
        reject(new Error(String(response.statusCode)))
      })
      socket.once('error', reject)
    })
  }
  const own = (): string => `http://127.0.0.1:${port}`

  it("opens for the host's own page, and transports calls, events and bytes", async () => {
    const added: number[] = []
    onConnect = (opened) => {
      const handlers = Object.fromEntries(Object.keys(labMethods).map((name) => [name, () => undefined]))
      const client = serve(opened, labMethods, labEvents, {
        ...(handlers as unknown as Parameters<typeof serve<typeof labMethods, typeof labEvents>>[3]),
        'data.add': ({ name, bytes }) => {
          added.push(bytes.length)
          client.emit('menu.command', { command: 'file.new' })
          return { id: '0123456789abcdef', name, characters: bytes.length, tokeniser: null, notices: [] }
        },
      })
    }
    const socket = await open(`/${token}/socket`, { origin: own() })
    const client = connect(pagePort(socket), labMethods, labEvents)
    const commands: string[] = []
    client.on('menu.command', ({ command }) => commands.push(command))
    const bytes = new Uint8Array(20 * 2 ** 20)
    expect(await client.call['data.add']({ name: 'large', bytes })).toMatchObject({ characters: bytes.length })
    expect(added).toEqual([bytes.length])
    expect(commands).toEqual(['file.new'])
    const closed = vi.fn()
    client.onClose(closed)
    client.close()
    await vi.waitFor(() => expect(closed).toHaveBeenCalled())
  })

  it('survives malformed messages', async () => {
    const heard: unknown[] = []
    onConnect = (opened) => opened.onMessage((message) => heard.push(message))
    const socket = await open(`/${token}/socket`, { origin: own() })
    socket.send('text')
    socket.send(Buffer.from([0xc1]))
    socket.send(Buffer.alloc(0))
    socket.send(encodeMessage({ fine: true }))
    await vi.waitFor(() => expect(heard).toEqual([{ fine: true }]))
    socket.close()
  })

  it('is refused without the token, without an origin, from another origin, under another name or path', async () => {
    const refused = (path: string, options?: Parameters<typeof open>[1]) => expect(open(path, options)).rejects.toThrow('403')
    await refused('/socket', { origin: own() })
    await refused(`/${'0'.repeat(64)}/socket`, { origin: own() })
    await refused(`/${token}/socket`)
    await refused(`/${token}/socket`, { origin: 'http://evil.example' })
    await refused(`/${token}/socket`, { origin: 'null' })
    await refused(`/${token}/socket`, { origin: `http://evil.example:${port}`, headers: { host: `evil.example:${port}` } })
    await refused(`/${token}/`, { origin: own() })
    await refused(`/${token}/socket/`, { origin: own() })
  })
})

/** The page's end, as in the renderer. */
function pagePort(socket: WebSocket): Port {
  return {
    post: (message) => socket.send(encodeMessage(message)),
    onMessage: (listener) => socket.on('message', (data) => listener(decodeMessage(data as Buffer))),
    onClose: (listener) => socket.on('close', listener),
    close: () => socket.close(),
  }
}

describe('listening', () => {
  it('on a taken port or without a built page fails', async () => {
    const files = await findPageFiles(join(folder, 'page'))
    const again = startWebServer({ files, host: '127.0.0.1', port, onConnect: () => undefined })
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await expect(findPageFiles(join(folder, 'page', 'assets'))).rejects.toThrow(/build/)
  })

  it('on all addresses accepts bare addresses of this machine, but no foreign names', async () => {
    const files = await findPageFiles(join(folder, 'page'))
    const wide = await startWebServer({ files, host: '0.0.0.0', port: 0, onConnect: () => undefined })
    const address = new URL(wide.address)
    const get = (host: string): Promise<number | undefined> =>
      new Promise((resolve) =>
        httpRequest({ host: '127.0.0.1', port: address.port, path: address.pathname, headers: { host } }, (response) => {
          response.resume()
          resolve(response.statusCode)
        }).end(),
      )
    expect(await get(`192.168.1.20:${address.port}`)).toBe(200)
    expect(await get(`[::1]:${address.port}`)).toBe(200)
    expect(await get(`evil.example:${address.port}`)).toBe(403)
    await wide.close()
  })
})

describe('connections without the token', () => {
  const silent = (count: number) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const socket = connectSocket(port, '127.0.0.1').on('error', () => undefined)
        const closed = once(socket, 'close')
        await once(socket, 'connect')
        socket.resume()
        return { socket, closed }
      }),
    )

  it('are limited in number, do not block pages, and are closed soon', { timeout: 30_000 }, async () => {
    const opened = vi.fn<(port: Port) => void>()
    onConnect = opened
    const strangers = await silent(300)
    const page = new WebSocket(`ws://127.0.0.1:${port}/${token}/socket`, { origin: `http://127.0.0.1:${port}` })
    await once(page, 'open')
    await vi.waitFor(() => expect(strangers.filter(({ socket }) => !socket.closed).length).toBeLessThanOrEqual(64))
    const more = await silent(300)
    expect((await ask(`/${token}/`)).status).toBe(200)
    const began = performance.now()
    await Promise.all([...strangers, ...more].map(({ closed }) => closed))
    expect(performance.now() - began).toBeLessThan(15_000) // used to be more than a minute
    expect([opened.mock.calls.length, page.readyState]).toEqual([1, page.OPEN])
    page.terminate()
  })
})
