/**
 * The pupils' door of a desk: the page without a secret in its address, and two requests that exchange a code for a ticket. The ticket opens
 * one WebSocket, is sent as its subprotocol, never as part of an address, and is worth nothing afterwards.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Client } from '@core/contract/client'
import { socketPath, socketProtocol } from '@core/contract/handover'
import { LabError, toProblem } from '@core/errors'
import { countAttempts } from './attempts'
import type { Pupil, Roll } from './roll'

const requests = {
  enter: z.object({ name: z.string().max(200), code: z.string().max(40) }),
  back: z.object({ key: z.string().max(40) }),
}
const mostBytes = 2000
/** Milliseconds in which a ticket must be used. */
const ticketLife = 60_000

export interface Door {
  /** Answers a request to the door itself; false if the path is none of its own. */
  answer(path: string, request: IncomingMessage, response: ServerResponse): boolean
  /** The client of a ticket in this upgrade request, once; null if there is none. */
  admit(request: IncomingMessage): Client | null
}

export const clientOf = ({ id, name }: Pupil): Client => ({ person: name, role: 'learner', workspace: `pupil-${id}` })

/** `now` gives milliseconds. */
export function createDoor(roll: Roll, now: () => number = Date.now): Door {
  const attempts = countAttempts(now)
  const tickets = new Map<string, { readonly pupil: Pupil; readonly until: number }>()

  function ticketFor(pupil: Pupil): string {
    for (const [ticket, { until }] of tickets) if (until < now()) tickets.delete(ticket)
    const ticket = randomBytes(24).toString('hex')
    tickets.set(ticket, { pupil, until: now() + ticketLife })
    return ticket
  }

  async function exchange(name: keyof typeof requests, request: IncomingMessage): Promise<object> {
    const address = request.socket.remoteAddress ?? '' // a body that is too long ends the connection
    const body = await bodyOf(request)
    const pupil = await attempts.make(address, () => pupilOf(name, body))
    return { ticket: ticketFor(pupil), name: pupil.name, key: pupil.key }
  }
  async function pupilOf(name: keyof typeof requests, body: unknown): Promise<Pupil> {
    const [enter, back] = [requests.enter.safeParse(body), requests.back.safeParse(body)]
    if (name === 'enter' && enter.success) return roll.enter(enter.data.name, enter.data.code)
    if (name === 'back' && back.success) return roll.comeBack(back.data.key)
    throw new LabError('class.wrong-code')
  }

  return {
    answer(path, request, response) {
      if (path === 'door') {
        reply(response, 200, { title: roll.title, isOpen: roll.isOpen })
        return true
      }
      const name = /^door\/(enter|back)$/.exec(path)?.[1] as keyof typeof requests | undefined
      if (!name) return false
      // A page of another site cannot send JSON here: it would have to ask first, and gets no answer.
      if (request.method !== 'POST' || request.headers['content-type'] !== 'application/json') {
        reply(response, 405, {})
        return true
      }
      exchange(name, request).then(
        (answer) => reply(response, 200, answer),
        (error: unknown) => reply(response, 403, { problem: toProblem(error) }),
      )
      return true
    },
    admit(request) {
      const given = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim())
      const [path = ''] = (request.url ?? '').split('?')
      const ticket = given[1]
      if (path !== `/${socketPath}` || given[0] !== socketProtocol || ticket === undefined) return null
      const found = tickets.get(ticket)
      tickets.delete(ticket)
      if (!found || found.until < now()) return null
      return clientOf(found.pupil)
    },
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    .end(text)
}

/** Null for anything that is not a little JSON. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > mostBytes) return null
    parts.push(part)
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown
  } catch {
    return null
  }
}
