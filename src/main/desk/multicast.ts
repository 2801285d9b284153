/**
 * Multicast DNS (RFC 6762) on one network of this computer. Everything is sent to the group 224.0.0.251 on port 5353, which routers do not
 * forward. It may be unavailable at any time, so errors are only reported and never thrown.
 */
import type { Socket } from 'node:dgram'
import multicastDns from 'multicast-dns'
import type { LogTrouble } from './multicast-trouble'

/** The service type under which classes are announced. */
export const serviceType = '_attention-lab._tcp.local'

export type DnsRecords = multicastDns.ResponseOutgoingPacket['answers']

export interface MulticastListener {
  /** Names queried on the network. */
  readonly onQuery?: (names: readonly string[]) => void
  /** Records from the network: whatever a stranger sent, from this address. */
  readonly onRecords?: (records: readonly unknown[], from: string) => void
  readonly onTrouble: LogTrouble
}

export interface Multicast {
  query(name: string): void
  /** Resolves when the records are sent, or cannot be. */
  respond(records: DnsRecords): Promise<void>
  close(): Promise<void>
}

/** `address` is this computer's own one in the network. */
export type OpenMulticast = (address: string, listener: MulticastListener) => Multicast

/** Another port or socket is for tests. */
export function multicastOn(port = 5353, createSocket?: () => Socket): OpenMulticast {
  return (address, { onQuery, onRecords, onTrouble }) => {
    const dns = multicastDns({ interface: address, bind: '0.0.0.0', port, socket: createSocket?.() })
    // A packet that cannot be read is a warning, too, but no system call has failed then.
    dns.on('warning', (error) => 'syscall' in error && onTrouble(error))
    // The socket cannot be bound. What is sent afterwards fails with the same error.
    dns.on('error', onTrouble)
    if (onQuery) dns.on('query', ({ questions = [] }) => onQuery(questions.map(({ name }) => name.toLowerCase())))
    if (onRecords)
      dns.on('response', ({ answers = [], additionals = [] }, { address: from }) =>
        onRecords([...answers, ...additionals], from),
      )
    let isClosed = false
    const report = (error: Error | null | undefined): void => {
      if (error) onTrouble(error)
    }
    return {
      query: (name) => isClosed || dns.query(name, 'PTR', report),
      respond: (records) =>
        new Promise((resolve) => {
          if (isClosed) return resolve()
          dns.respond(records, (error) => {
            report(error)
            resolve()
          })
        }),
      close: () =>
        new Promise((resolve) => {
          isClosed = true
          dns.destroy(resolve)
        }),
    }
  }
}

export const openMulticast = multicastOn()
