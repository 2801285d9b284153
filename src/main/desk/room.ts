/** Opens a host that serves one computer to the room: a web server of its own for the pupils. */
import type { Client } from '@core/contract/client'
import type { HostDescription } from '@core/contract/lab'
import type { Port } from '@core/contract/port'
import { LabError } from '@core/errors'
import { pageHost } from '../service/page-host'
import type { HostHandlers } from '../service/host-handlers'
import type { PageFiles } from '../web/page-files'
import { startWebServer } from '../web/server'
import { roomAddresses } from './addresses'
import { announceClass } from './announce'
import { createDoor } from './door'
import type { Roll } from './roll'

export interface Room {
  /** What pupils type. */
  readonly addresses: readonly string[]
  close(): Promise<void>
}

/** `connect` serves one client until its port closes. */
export type OpenRoom = (roll: Roll, connect: (port: Port, client: Client, host: HostHandlers) => unknown) => Promise<Room>

/** The port that the page for technicians names. */
export const roomPort = 7070

interface RoomOptions {
  readonly log: (where: string, error: unknown) => void
  readonly port?: number
  readonly host?: string
  /** Replaced in tests, which announce nothing. */
  readonly announce?: typeof announceClass
}

/** Listens on every network of this computer, and announces the class there. Throws LabError `host.port-taken`. */
export const roomWith =
  (
    files: PageFiles,
    description: HostDescription,
    { log, port = roomPort, host = '0.0.0.0', announce = announceClass }: RoomOptions,
  ): OpenRoom =>
  async (roll, connect) => {
    const shown = { ...description, kind: 'browser', dialogs: false } as const
    const onConnect: Parameters<typeof startWebServer>[0]['onConnect'] = (port, client) =>
      void connect(port, client, pageHost(shown))
    const server = await startWebServer({ files, host, port, door: createDoor(roll), onConnect }).catch((error: unknown) => {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      throw isTaken ? new LabError('host.port-taken', { host, port }) : error
    })
    const addresses = roomAddresses(host, server.port)
    const announcement = announce({ addresses, title: () => roll.title, log })
    return {
      addresses,
      async close() {
        await announcement.close()
        await server.close()
      },
    }
  }
