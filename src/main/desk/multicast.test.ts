/**
 * Classes are announced, found and withdrawn by multicast DNS: real packets on the loopback network of this computer, on a port of their
 * own, so that other tests and a real class are not disturbed. The announced addresses are those of a classroom.
 */
import { createSocket } from 'node:dgram'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { newAbort, type Abort } from '@core/contract/cancel'
import type { FoundDesk } from '@core/contract/desk-link'
import { announceClass, type Announcement } from './announce'
import { findDesks } from './find'
import { multicastOn, openMulticast, serviceType, type DnsRecords, type Multicast, type OpenMulticast } from './multicast'

const loopback = '127.0.0.1'
const group = '224.0.0.251'
const log = vi.fn<(where: string, error: unknown) => void>()
const room = ['http://10.0.0.5:7070']
const patience = { timeout: 10_000 }

let port: number
let onLoopback: OpenMulticast
const closing: (() => unknown)[] = []
beforeEach(async () => {
  log.mockReset()
  port = await freePort()
  onLoopback = (_, listener) => multicastOn(port)(loopback, listener)
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((done) => socket.bind(0, loopback, done))
  const { port: free } = socket.address()
  await new Promise<void>((done) => void socket.close(done))
  return free
}

function announce(title: () => string, addresses: readonly string[] = room): Announcement {
  const announcement = announceClass({ addresses, title, log, open: onLoopback })
  closing.push(() => announcement.close())
  return announcement
}

interface Search {
  readonly parts: (readonly FoundDesk[])[]
  readonly abort: Abort
  readonly over: Promise<void>
}
function find(open = onLoopback, networks: () => readonly string[] = () => [loopback]): Search {
  const parts: (readonly FoundDesk[])[] = []
  const abort = newAbort()
  const part = (found: readonly FoundDesk[]): void => void parts.push(found)
  const over = findDesks({ signal: abort.signal, part, taken: () => Promise.resolve() }, { log, open, networks })
  closing.push(async () => {
    abort.abort()
    await over
  })
  return { parts, abort, over }
}
const shows = ({ parts }: Search, ...desks: readonly FoundDesk[]): Promise<void> =>
  vi.waitFor(() => expect(parts.at(-1)).toEqual(desks), patience)

/** A sender of arbitrary packets on the network. */
function stranger(): Multicast {
  const multicast = onLoopback(loopback, { onTrouble: (error) => expect.unreachable(error.message) })
  closing.push(() => multicast.close())
  return multicast
}
/** As `recordsOf` in announce.ts, written anew. */
const records = (name: string, host: string, at: number, title: string, ttl = 60): DnsRecords => [
  { type: 'PTR', name: serviceType, ttl, data: `${name}.${serviceType}` },
  { type: 'SRV', name: `${name}.${serviceType}`, ttl, data: { port: at, target: `${name}.local` } },
  { type: 'TXT', name: `${name}.${serviceType}`, ttl, data: [`title=${title}`] },
  { type: 'A', name: `${name}.local`, ttl, data: host },
]

describe('a class', () => {
  it('is found by who looks before and after it begins, and is gone when it ends', async () => {
    const before = find()
    await shows(before)
    const announcement = announce(() => 'Class 3')
    const desk = { title: 'Class 3', address: '10.0.0.5:7070' }
    await shows(before, desk)
    const after = find()
    await shows(after, desk)
    await announcement.close()
    await Promise.all([shows(before), shows(after)])
    expect(log).not.toHaveBeenCalled()
  })

  it('announces nothing but title and address', async () => {
    const sent: unknown[] = []
    const listener = onLoopback(loopback, { onRecords: (found) => void sent.push(...found), onTrouble: () => undefined })
    closing.push(() => listener.close())
    announce(() => 'Class 3')
    await vi.waitFor(() => expect(sent.length).toBeGreaterThanOrEqual(4), patience)
    const texts = sent.flatMap((record) => {
      const { type, name, data } = record as { type: string; name: string; data: unknown }
      return [[type, name.replace(/class-[0-9a-f]{12}/, 'class-ID'), data] as const]
    })
    expect(texts.slice(0, 4)).toEqual([
      ['PTR', serviceType, expect.stringMatching(/^class-[0-9a-f]{12}\._attention-lab\._tcp\.local$/)],
      [
        'SRV',
        `class-ID.${serviceType}`,
        { port: 7070, priority: 0, weight: 0, target: expect.stringMatching(/^class-[0-9a-f]{12}\.local$/) as unknown },
      ],
      ['TXT', `class-ID.${serviceType}`, [Buffer.from('title=Class 3')]],
      ['A', 'class-ID.local', '10.0.0.5'],
    ])
  })

  it('can be renamed, has a title in any language and of any length, or none', async () => {
    let title = '三班 🙂'.repeat(60)
    const search = find()
    announce(() => title)
    await shows(search, { title: Array.from(title).slice(0, 60).join(''), address: '10.0.0.5:7070' })
    title = ''
    await shows(search, { title: '', address: '10.0.0.5:7070' })
  })

  it('is announced in each network of its computer, and not where only this computer reaches it', async () => {
    const opened: string[] = []
    const open: OpenMulticast = (address, listener) => {
      opened.push(address)
      return onLoopback(address, listener)
    }
    const addresses = [
      'http://10.0.0.5:7070',
      'http://192.168.1.2',
      'http://127.0.0.1:7070',
      'http://::1:7070',
      'http://name:1',
    ]
    const announcement = announceClass({ addresses, title: () => 'Class', log, open })
    closing.push(() => announcement.close())
    expect(opened).toEqual(['10.0.0.5', '192.168.1.2'])
    const search = find()
    await shows(search, { title: 'Class', address: '10.0.0.5:7070' }, { title: 'Class', address: '192.168.1.2:80' })
  })

  it('answers no faster than once a second, however often it is asked', async () => {
    let answers = 0
    const open: OpenMulticast = (address, listener) => {
      const multicast = onLoopback(address, listener)
      return { ...multicast, respond: (sent) => (answers++, multicast.respond(sent)) }
    }
    const begun = performance.now()
    const announcement = announceClass({ addresses: room, title: () => 'Class', log, open })
    closing.push(() => announcement.close())
    const asking = stranger()
    const search = find()
    await shows(search, { title: 'Class', address: '10.0.0.5:7070' })
    for (let i = 0; i < 500; i++) asking.query(serviceType)
    await vi.waitFor(() => expect(answers).toBeGreaterThanOrEqual(2), patience)
    expect(answers).toBeLessThanOrEqual(2 + (performance.now() - begun) / 1000)
  })

  it('that vanishes without a goodbye is forgotten', async () => {
    const search = find()
    await stranger().respond(records('gone', '10.0.0.6', 7070, 'Gone', 1))
    await shows(search, { title: 'Gone', address: '10.0.0.6:7070' })
    await shows(search)
  })
})

describe('what strangers send', () => {
  const first = { title: 'Class', address: '10.0.0.5:7070' }
  const later = { title: 'Later', address: '10.0.0.8:7070' }
  /** During a search: finds classes announced before and after it began, and nothing else. */
  async function changesNothing(send: (sender: Multicast) => Promise<unknown>): Promise<void> {
    const search = find()
    announce(() => first.title)
    await shows(search, first)
    await send(stranger())
    announce(() => later.title, ['http://10.0.0.8:7070'])
    await shows(search, first, later)
    expect(search.parts).toEqual([[], [first], [first, later]])
    expect(log).not.toHaveBeenCalled()
  }

  it.each(['8.8.8.8', '127.0.0.1', '0.0.0.0', '224.0.0.251', '172.32.0.1'])(
    'an address outside the room is not shown: %s',
    (host) => changesNothing((sender) => sender.respond(records('x', host, 7070, 'Hostile'))),
  )

  it('neither is a port 0, a record without its others, nor another service', () =>
    changesNothing(async (sender) => {
      const [pointer, service, , address] = records('x', '10.0.0.9', 7070, 'Hostile')
      await sender.respond(records('x', '10.0.0.9', 0, 'Hostile'))
      await sender.respond([pointer!])
      await sender.respond([service!, address!])
      await sender.respond([pointer!, service!])
      await sender.respond([{ type: 'PTR', name: '_http._tcp.local', ttl: 60, data: `x.${serviceType}` }, service!, address!])
    }))

  it('a title loses control characters and what reverses the writing, and is cut', async () => {
    const search = find()
    const title = `\u0000\u001b[31m<b>A\u202eB\u2028\r\nC</b>${'x'.repeat(100)}`
    await stranger().respond(records('x', '10.0.0.9', 7070, title))
    await vi.waitFor(() => expect(search.parts.at(-1)).toHaveLength(1), patience)
    expect(search.parts.at(-1)![0]!.title).toBe(`[31m<b>A B C</b>${'x'.repeat(44)}`)
  })

  it('no more than fifty classes are listed', async () => {
    const search = find()
    const sender = stranger()
    for (let i = 0; i < 120; i++) await sender.respond(records(`x${i}`, `10.0.1.${i}`, 7070, `Class ${i}`))
    await vi.waitFor(() => expect(search.parts.at(-1)).toHaveLength(50), patience)
    await sender.respond(records('x1', '10.0.1.1', 7070, 'Renamed'))
    await vi.waitFor(() => expect(search.parts.at(-1)!.map(({ title }) => title)).toContain('Renamed'), patience)
    expect(Math.max(...search.parts.map((part) => part.length))).toBe(50)
  })

  it('packets of random bytes, and damaged ones, change nothing', () =>
    changesNothing(async (sender) => {
      const socket = createSocket({ type: 'udp4', reuseAddr: true })
      await new Promise<void>((done) => socket.bind(port, '0.0.0.0', done))
      socket.addMembership(group, loopback)
      socket.setMulticastInterface(loopback)
      closing.push(() => new Promise<void>((done) => void socket.close(done)))
      const isHostile = (bytes: Buffer): boolean => bytes.includes('Hostile')
      const received = new Promise<Buffer>((done) => socket.on('message', (bytes) => isHostile(bytes) && done(bytes)))
      await sender.respond(records('x', '8.8.8.8', 7070, 'Hostile'))
      const packet = await received

      const raw = (bytes: Uint8Array): Promise<void> => new Promise((done) => socket.send(bytes, port, group, () => done()))
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), (bytes) => raw(bytes)),
        { numRuns: 300 },
      )
      const damage = fc.array(fc.tuple(fc.nat(packet.length - 5), fc.nat(255)), { minLength: 1, maxLength: 6 }) // not the address
      await fc.assert(
        fc.asyncProperty(damage, fc.integer({ min: 1, max: packet.length }), (changes, length) => {
          const damaged = Uint8Array.from(packet)
          for (const [at, byte] of changes) damaged[at] = byte
          return raw(damaged.subarray(0, length))
        }),
        { numRuns: 300 },
      )
    }))
})

describe('without multicast', () => {
  const failing: OpenMulticast = (address, listener) =>
    multicastOn(port, () => {
      const socket = createSocket('udp4')
      vi.spyOn(socket, 'bind').mockImplementation(() => {
        const error = Object.assign(new Error('bind EACCES'), { code: 'EACCES', syscall: 'bind' })
        queueMicrotask(() => socket.emit('error', error))
        return socket
      })
      return socket
    })(address, listener)

  it('the log says so once, and a class begins and ends all the same', async () => {
    const announcement = announceClass({ addresses: [...room, 'http://192.168.1.2'], title: () => '', log, open: failing })
    await vi.waitFor(() => expect(log).toHaveBeenCalled(), patience)
    await announcement.close()
    expect(log.mock.calls).toEqual([
      ['multicast DNS', expect.objectContaining({ code: 'desk.no-multicast', params: { detail: 'bind EACCES' } })],
    ])
  })

  it('nothing is found, and the search ends all the same', async () => {
    const search = find(failing)
    await vi.waitFor(() => expect(log).toHaveBeenCalledOnce(), patience)
    search.abort.abort()
    await search.over
    expect(search.parts).toEqual([[]])
    expect(log).toHaveBeenCalledOnce()
  })

  it('neither fails where a membership or a packet is refused', async () => {
    const refusing: OpenMulticast = (address, listener) =>
      multicastOn(port, () => {
        const socket = createSocket({ type: 'udp4', reuseAddr: true })
        vi.spyOn(socket, 'addMembership').mockImplementation(() => {
          throw Object.assign(new Error('addMembership ENODEV'), { code: 'ENODEV', syscall: 'addMembership' })
        })
        vi.spyOn(socket, 'send').mockImplementation((...args: unknown[]) => {
          const done = args.at(-1) as (error: Error) => void
          done(Object.assign(new Error('send EPERM'), { code: 'EPERM', syscall: 'send' }))
        })
        return socket
      })(address, listener)
    const announcement = announceClass({ addresses: room, title: () => '', log, open: refusing })
    await vi.waitFor(() => expect(log).toHaveBeenCalled(), patience)
    await announcement.close()
    expect(log).toHaveBeenCalledOnce()
  })

  it('in no network, nothing is opened', async () => {
    const open = vi.fn<OpenMulticast>(openMulticast)
    const search = find(open, () => [])
    await shows(search)
    search.abort.abort()
    await search.over
    expect(open).not.toHaveBeenCalled()
  })
})

it('a search ends its sockets when it is cancelled, and looks in networks that are joined meanwhile', async () => {
  const [opened, closed]: [string[], string[]] = [[], []]
  const open: OpenMulticast = (address, listener) => {
    opened.push(address)
    const multicast = onLoopback(address, listener)
    return { ...multicast, close: () => (closed.push(address), multicast.close()) }
  }
  let networks = ['10.0.0.7']
  const search = find(open, () => networks)
  await shows(search)
  networks = ['10.0.0.7', '192.168.1.7']
  await vi.waitFor(() => expect(opened).toEqual(['10.0.0.7', '192.168.1.7']), patience)
  search.abort.abort()
  await search.over
  expect(closed).toEqual(['10.0.0.7', '192.168.1.7'])
})
