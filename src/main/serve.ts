/** Composition root of the browser host: the service, and its pages over HTTP. */
import { owner } from '@core/contract/client'
import { LabError } from '@core/errors'
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
  readonly log: (where: string, error: unknown) => void
  /** Ends the wait for a host that is about to leave the home. */
  readonly interrupted: AbortSignal
  /** Called before that wait. */
  readonly onWait: () => void
}

/** Throws LabError where another host has the home, or it cannot listen. Closing it ends its runs, each with time to write its checkpoint. */
export async function startBrowserHost(
  paths: Paths,
  { host, port, home, ownLessons, log, interrupted, onWait }: ServeOptions,
): Promise<WebServer> {
  const files = await findPageFiles(paths.page)
  const description = await describeHost(paths.package, 'browser')
  const handlers = pageHost(description)
  const release = await lockHome(home, { signal: interrupted, onWait })
  try {
    const service = await createService({
      ...{ home, log, labs: paths.labs, lessons: paths.lessons, ownLessons, version: description.version },
      spawn: forkWorkers(paths.worker),
    })
    const onConnect = (socket: Parameters<typeof service.connect>[0]): void => void service.connect(socket, owner, handlers)
    const server = await startWebServer({ files, host, port, onConnect })
    await announce(home, server.address)
    const close = async (): Promise<void> => {
      await server.close()
      await service.close()
      await withdraw(home)
      await release()
    }
    return { address: server.address, close }
  } catch (error) {
    await release()
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE') throw new LabError('host.port-taken', { host, port })
    if (code === 'EACCES') throw new LabError('host.port-denied', { port })
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') throw new LabError('host.no-such-address', { host })
    throw error
  }
}
