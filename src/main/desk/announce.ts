/**
 * Announces a class by multicast DNS, so that installed labs find it. Everybody in the network can read this: it contains the title and
 * the address, and neither a code nor the name of this computer.
 */
import { randomBytes } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { openMulticast, serviceType, type DnsRecords, type OpenMulticast } from './multicast'
import { logOnce, type LogTrouble } from './multicast-trouble'

export interface Announcement {
  /** Says goodbye in every network. */
  close(): Promise<void>
}

interface AnnounceOptions {
  /** What pupils type, such as `http://10.0.0.5:7070`. Those that only this computer reaches are not announced. */
  readonly addresses: readonly string[]
  /** Of the class; it may change. */
  readonly title: () => string
  readonly log: (where: string, error: unknown) => void
  readonly open?: OpenMulticast
}

/** Seconds for which others keep a record. They ask again before. */
const lifetime = 60
/** Milliseconds between two answers: one reaches everybody (RFC 6762, section 6). */
const pause = 1000
/** Characters of a title: at most 240 bytes, of the 255 of a TXT string. */
const mostTitle = 60

export function announceClass({ addresses, title, log, open = openMulticast }: AnnounceOptions): Announcement {
  // Unique, so it needs no probing for conflicts; the title is a property of the class instead of its name.
  const name = `class-${randomBytes(6).toString('hex')}`
  const onTrouble = logOnce(log)
  const announced = addresses.flatMap((address) => {
    const [, host = '', port = '80'] = /^http:\/\/([\d.]+)(?::(\d+))?$/.exec(address) ?? []
    if (!isIPv4(host) || host.startsWith('127.')) return []
    const records = (ttl: number): DnsRecords => recordsOf({ name, host, port: Number(port), title: title(), ttl })
    return [announceIn(host, records, open, onTrouble)]
  })
  return {
    async close() {
      await Promise.all(announced.map((each) => each.close()))
    },
  }

  function announceIn(
    host: string,
    records: (ttl: number) => DnsRecords,
    open: OpenMulticast,
    onTrouble: LogTrouble,
  ): Announcement {
    const names = [serviceType, `${name}.${serviceType}`, `${name}.local`]
    let last = -pause
    let next: NodeJS.Timeout | undefined
    const announce = (): void => {
      next ??= setTimeout(
        () => {
          next = undefined
          last = performance.now()
          void multicast.respond(records(lifetime))
        },
        Math.max(0, last + pause - performance.now()),
      ).unref()
    }
    const onQuery = (asked: readonly string[]): void => {
      if (asked.some((each) => names.includes(each))) announce()
    }
    const multicast = open(host, { onQuery, onTrouble })
    announce()
    const again = setTimeout(announce, pause).unref() // packets get lost
    return {
      async close() {
        clearTimeout(again)
        clearTimeout(next)
        await multicast.respond(records(0))
        await multicast.close()
      },
    }
  }
}

interface Announced {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly title: string
  /** 0 withdraws the records. */
  readonly ttl: number
}

function recordsOf({ name, host, port, title, ttl }: Announced): DnsRecords {
  const [service, target] = [`${name}.${serviceType}`, `${name}.local`]
  const text = `title=${Array.from(title).slice(0, mostTitle).join('')}`
  return [
    { type: 'PTR', name: serviceType, ttl, data: service },
    { type: 'SRV', name: service, ttl, flush: true, data: { port, target } },
    { type: 'TXT', name: service, ttl, flush: true, data: [text] },
    { type: 'A', name: target, ttl, flush: true, data: host },
  ]
}
