/** Composition root of the browser host: the service, and its pages over HTTP. */
import type { Client } from '@core/contract/client'
import type { Port } from '@core/contract/port'
import { LabError } from '@core/errors'
import { roomAddresses } from './desk/addresses'
import { announceClass } from './desk/announce'
import { createDoor } from './desk/door'
import { openRoll } from './desk/roll'
import { roomWith } from './desk/room'
import type { Paths } from './paths'
import { lockHome } from './service/home-lock'
import { describeHost } from './service/host-description'
import { pageHost } from './service/page-host'
import { createService } from './service/service'
import { announce, withdraw } from './service/serving'
import { forkWorkers } from './service/spawn-fork'
import { findPageFiles } from './web/page-files'
import { startWebServer, type WebServer } from './web/server'

export interface ServeOptions {
  readonly host: string
  readonly port: number
  /** Where runs and data are kept. */
  readonly home: string
  /** Folder of a teacher's own lessons; null for none. */
  readonly ownLessons: string | null
  /** Title of the class that pupils join; empty for the one it had; null for no class. */
  readonly classTitle?: string | null
  readonly log: (where: string, error: unknown) => void
  /** Ends the wait for a host that is about to leave the home. */
  readonly interrupted: AbortSignal
  /** Called before that wait. */
  readonly onWait: () => void
}

export interface BrowserHost extends WebServer {
  readonly class?: { readonly title: string; readonly code: string; readonly addresses: readonly string[] }
}

/** Throws LabError where another host has the home, or it cannot listen. Closing it ends its runs, each with time to write its checkpoint. */
export async function startBrowserHost(
  paths: Paths,
  { host, port, home, ownLessons, classTitle = null, log, interrupted, onWait }: ServeOptions,
): Promise<BrowserHost> {
  const files = await findPageFiles(paths.page)
  const description = await describeHost(paths.package, 'browser')
  const release = await lockHome(home, { signal: interrupted, onWait })
  try {
    const roll = classTitle === null ? undefined : await openRoll(home, classTitle)
    let addresses: readonly string[] = []
    const service = await createService({
      ...{ home, log, labs: paths.labs, lessons: paths.lessons, ownLessons, version: description.version },
      ...{ spawn: forkWorkers(paths.worker, { background: roll !== undefined }), roll, addresses: () => addresses },
      ...{ startsAhead: true, spawnHelper: forkWorkers(paths.worker), openRoom: roomWith(files, description, { log }) },
    })
    const onConnect = (connected: Port, client: Client): void => void service.connect(connected, client, pageHost(description))
    const server = await startWebServer({ ...{ files, host, port, onConnect }, ...(roll && { door: createDoor(roll) }) })
    if (roll) addresses = roomAddresses(host, server.port)
    const announcement = roll && announceClass({ addresses, title: () => roll.title, log })
    await announce(home, server.address)
    const close = async (): Promise<void> => {
      await announcement?.close()
      await server.close()
      await service.close()
      await withdraw(home)
      await release()
    }
    return {
      address: server.address,
      port: server.port,
      close,
      ...(roll && { class: { title: roll.title, code: roll.code, addresses } }),
    }
  } catch (error) {
    await release()
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE') throw new LabError('host.port-taken', { host, port })
    if (code === 'EACCES') throw new LabError('host.port-denied', { port })
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') throw new LabError('host.no-such-address', { host })
    throw error
  }
}
