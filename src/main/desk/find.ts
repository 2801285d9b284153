/**
 * Finds the classes that are announced in the networks of this computer. What comes from there is untrusted: it is counted, checked and
 * shortened, and nothing is connected to.
 */
import { dequal } from 'dequal/lite'
import { z } from 'zod'
import { onAbort } from '@core/contract/cancel'
import type { FoundDesk } from '@core/contract/desk-link'
import type { Call } from '@core/contract/table'
import { deskAddress, isLocalAddress } from '../web/desk-client'
import { networkAddresses } from './addresses'
import { openMulticast, serviceType, type Multicast, type OpenMulticast } from './multicast'
import { logOnce } from './multicast-trouble'

interface FindOptions {
  readonly log: (where: string, error: unknown) => void
  readonly open?: OpenMulticast
  /** This computer's own addresses, one for each network. */
  readonly networks?: () => readonly string[]
}

/** Milliseconds between two queries: the first, doubled until the last. */
const [firstPause, lastPause] = [1000, 16_000]
const mostDesks = 50
/** Records of a packet that are read; a class has four. */
const mostRecords = 60
/** Characters. */
const mostTitle = 60
/** Seconds. */
const longestLifetime = 120

const common = { name: z.string().toLowerCase(), ttl: z.number().transform((ttl) => Math.min(ttl, longestLifetime)) }
const recordSchema = z.discriminatedUnion('type', [
  z.object({ ...common, type: z.literal('PTR'), data: z.string().toLowerCase() }),
  z.object({
    ...{ ...common, type: z.literal('SRV') },
    data: z.object({ port: z.number(), target: z.string().toLowerCase() }),
  }),
  z.object({ ...common, type: z.literal('TXT'), data: z.array(z.instanceof(Uint8Array)) }),
  z.object({ ...common, type: z.literal('A'), data: z.string() }),
])
type DnsRecord = z.output<typeof recordSchema>

interface Announced extends FoundDesk {
  /** Seconds; 0 for a goodbye. */
  readonly ttl: number
}

/** Streams the classes found, again whenever they change, until the call is cancelled. */
export async function findDesks(
  { signal, part, taken }: Pick<Call<readonly FoundDesk[]>, 'signal' | 'part' | 'taken'>,
  { log, open = openMulticast, networks = networkAddresses }: FindOptions,
): Promise<void> {
  const onTrouble = logOnce(log)
  const sockets = new Map<string, Multicast>()
  /** By address, each until a time of `performance.now`. */
  const found = new Map<string, { readonly desk: FoundDesk; readonly until: number }>()
  let wake = (): void => undefined
  const changed = (): void => wake()

  function onRecords(records: readonly unknown[], from: string): void {
    if (!isLocalAddress(from)) return // it came from another network (RFC 6762, section 11)
    for (const { ttl, ...desk } of announcedIn(records)) {
      if (ttl === 0) found.delete(desk.address)
      else if (found.size < mostDesks || found.has(desk.address))
        found.set(desk.address, { desk, until: performance.now() + 1000 * ttl })
    }
    changed()
  }
  let pause = firstPause
  let timer: NodeJS.Timeout | undefined
  function ask(): void {
    for (const [address, { until }] of found) if (until < performance.now()) found.delete(address)
    changed()
    // A network may have been joined meanwhile.
    for (const own of networks()) if (!sockets.has(own)) sockets.set(own, open(own, { onRecords, onTrouble }))
    for (const socket of sockets.values()) socket.query(serviceType)
    timer = setTimeout(ask, pause).unref()
    pause = Math.min(2 * pause, lastPause)
  }

  ask()
  const forget = onAbort(signal, changed)
  let last: readonly FoundDesk[] | null = null
  while (!signal.aborted) {
    const change = new Promise<void>((resolve) => (wake = resolve)) // also what changes while the last part is taken
    const next = [...found.values()].map(({ desk }) => desk).sort(inOrder)
    if (!dequal(next, last)) part((last = next))
    await taken()
    await change
  }
  forget()
  clearTimeout(timer)
  await Promise.all([...sockets.values()].map((socket) => socket.close()))
}

const inOrder = (a: FoundDesk, b: FoundDesk): number => a.title.localeCompare(b.title) || a.address.localeCompare(b.address)

/** The classes that a packet announces at addresses of local networks. */
function announcedIn(packet: readonly unknown[]): Announced[] {
  const records = packet.slice(0, mostRecords).flatMap((each): DnsRecord[] => {
    const { data } = recordSchema.safeParse(each)
    return data ? [data] : []
  })
  const services = new Set(records.flatMap((each) => (each.type === 'PTR' && each.name === serviceType ? [each.data] : [])))
  return records.flatMap((service) => {
    if (service.type !== 'SRV' || !services.has(service.name)) return []
    const texts = records.flatMap((each) => (each.type === 'TXT' && each.name === service.name ? each.data : []))
    const { port, target } = service.data
    const hosts = records.flatMap((each) => (each.type === 'A' && each.name === target ? [each.data] : []))
    return hosts.flatMap((host) => {
      const address = `${host}:${port}`
      return isInRoom(address) ? [{ address, title: titleIn(texts), ttl: service.ttl }] : []
    })
  })
}

/** As for typed addresses; but an announcement that points to this computer itself comes from no class. */
function isInRoom(address: string): boolean {
  if (address.startsWith('127.')) return false
  try {
    deskAddress(address)
    return true
  } catch {
    return false
  }
}

/** Without control characters, and those that change the direction of writing. */
function titleIn(texts: readonly Uint8Array[]): string {
  const all = texts.map((text) => new TextDecoder().decode(text))
  const title = all.find((text) => text.startsWith('title='))?.slice('title='.length) ?? ''
  const plain = title.replaceAll(/[\s\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return Array.from(plain).slice(0, mostTitle).join('')
}
