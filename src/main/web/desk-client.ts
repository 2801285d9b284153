/** A connection to a desk in the room, as a pupil's page makes it: a code is exchanged for a ticket, which opens one WebSocket. */
import { BlockList, isIP } from 'node:net'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { socketPath, socketProtocol } from '@core/contract/handover'
import { labEvents, labMethods, type LabEvents, type LabMethods } from '@core/contract/lab'
import { connect, type Connection } from '@core/contract/rpc'
import { fromProblem, LabError } from '@core/errors'
import { archiveLimits } from '../classroom/archive'
import { socketPort } from './socket-port'

/** Only addresses of this computer and of local networks: nothing leaves the room. */
const local = new BlockList()
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const)
  local.addSubnet(network, bits, 'ipv4')

/** Whether an IPv4 address is one of this computer or of a local network. */
export const isLocalAddress = (address: string): boolean => isIP(address) === 4 && local.check(address, 'ipv4')

/** `10.0.0.5:7070` → `http://10.0.0.5:7070`. Throws LabError `desk.address` for anything but a local IPv4 address, with or without a port. */
export function deskAddress(typed: string): string {
  const found = /^(?:http:\/\/)?([\d.]+)(?::(\d{1,5}))?\/?$/.exec(typed.trim())
  const [, host = '', port = '80'] = found ?? []
  if (!isLocalAddress(host) || Number(port) < 1 || Number(port) > 65535)
    throw new LabError('desk.address', { address: typed.slice(0, 60) })
  return `http://${host}:${port}`
}

const answer = z.object({ ticket: z.string(), name: z.string(), key: z.string() })
export type Entered = z.output<typeof answer>

/** Milliseconds for each request. */
const limit = 8000
/** Of a message: a kit, with what surrounds it. */
const mostBytes = archiveLimits.bytes + 2 ** 20

/** Throws LabError: a refusal of the desk, or `desk.unreachable`. */
export async function enterDesk(address: string, how: 'enter' | 'back', given: object): Promise<Entered> {
  const headers = { 'content-type': 'application/json' }
  const received = await fetch(`${address}/door/${how}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(given),
    signal: AbortSignal.timeout(limit),
    redirect: 'error',
  })
    .then((response) => response.json())
    .catch(() => {
      throw new LabError('desk.unreachable', { address })
    })
  const parsed = answer.safeParse(received)
  if (parsed.success) return parsed.data
  const { problem } = (received ?? {}) as { readonly problem?: unknown }
  throw problem ? fromProblem(problem) : new LabError('desk.unreachable', { address })
}

export async function titleOfDesk(address: string): Promise<string> {
  const response = await fetch(`${address}/door`, { signal: AbortSignal.timeout(limit), redirect: 'error' })
  return z.object({ title: z.string().max(200) }).parse(await response.json()).title
}

/** Throws LabError `desk.unreachable`. */
export function connectDesk(address: string, ticket: string): Promise<Connection<LabMethods, LabEvents>> {
  const socket = new WebSocket(`${address.replace('http:', 'ws:')}/${socketPath}`, [socketProtocol, ticket], {
    ...{ origin: address, handshakeTimeout: limit, perMessageDeflate: false, followRedirects: false, maxPayload: mostBytes },
  })
  return new Promise((resolve, reject) => {
    socket.on('error', () => reject(new LabError('desk.unreachable', { address })))
    socket.on('open', () => resolve(connect(socketPort(socket), labMethods, labEvents)))
  })
}
