/** The lab contract for every host: built-in labs, the learner's texts, and runs in their own processes. Any number of clients. */
import { join } from 'node:path'
import { labEvents, labMethods, type LabEvents, type LabMethods } from '@core/contract/lab'
import type { Port } from '@core/contract/port'
import { serve, type Server } from '@core/contract/rpc'
import type { Handlers } from '@core/contract/table'
import { LabError } from '@core/errors'
import { previewTask } from '@core/tasks'
import { budgetOf } from '@engine/budget'
import { createDataStore } from './data'
import { createLabs } from './labs'
import { makeFolder } from './make-folder'
import { createMemory } from './memory'
import { createRuns } from './runs'
import type { Spawn } from './spawn'
import { createTaskSpecs, requireTrainable } from './task-specs'
import { createTrials } from './trials'
import { createWriters } from './writers'

/** What only a host can answer, for one of its windows or pages. */
export type HostHandlers = Pick<
  Handlers<LabMethods>,
  'host.describe' | 'files.open' | 'files.save' | 'window.dirty' | 'window.language'
>

export interface ServiceOptions {
  /** Where runs, texts and what pages remember are kept: `runs/`, `data/`, `memory.json`. Made if it does not exist. */
  readonly workspace: string
  /** Folder of the built-in labs. */
  readonly labs: string
  readonly spawn: Spawn
  /** Where a run's files go, if not to `runs/ID` of the workspace. */
  readonly runFolder?: (id: string) => string
  /** Where the weights lie that a run begins with, if not in the folder of the run that is named. */
  readonly weightsOf?: (run: string) => string
  /** How many runs train at a time, one for each core unless told otherwise; the others are queued. */
  readonly runsAtOnce?: number
  /** Hears of what went wrong inside; what concerns a caller is told to the caller. */
  readonly log?: (where: string, error: unknown) => void
}

export interface Service {
  /** Serves one client until its port closes. */
  connect(port: Port, host: HostHandlers): Server<LabEvents>
  /** Ends all runs, each with time to write its checkpoint, then their processes. */
  close(): Promise<void>
}

/** A viewer that is this many bytes behind misses frames; telemetry and status always arrive. */
const MAXIMUM_BACKLOG = 4 * 2 ** 20
/** One that is this far behind reads no more: it is let go, and finds all that it missed in the history when it comes back. */
const LOST_BACKLOG = 32 * 2 ** 20
const GRACE = 5000 // milliseconds

export async function createService(options: ServiceOptions): Promise<Service> {
  const { workspace, spawn, log = () => undefined } = options
  const directory = join(workspace, 'runs')
  await makeFolder(directory)
  const labs = createLabs(options.labs)
  const data = createDataStore(join(workspace, 'data'))
  const specs = createTaskSpecs(data, spawn)
  const memory = createMemory(join(workspace, 'memory.json'), log)
  const clients = new Map<Port, Server<LabEvents>>()

  const runs = await createRuns(
    directory,
    options.runFolder ?? ((id) => join(directory, id)),
    {
      spawn,
      log,
      readData: (id) => data.read(id),
      onStatus: (status) => broadcast((client) => client.emit('run.status', status)),
      onTelemetry: (telemetry) => broadcast((client) => client.emit('run.telemetry', telemetry)),
      onFrame: (frame) =>
        broadcast((client, port) => {
          if ((port.backlog?.() ?? 0) < MAXIMUM_BACKLOG) client.emit('run.frame', frame)
        }),
    },
    options.runsAtOnce,
  )

  const writers = createWriters(spawn)
  const trials = createTrials(spawn, () => runs.list().some(({ underWay }) => underWay))

  function broadcast(tell: (client: Server<LabEvents>, port: Port) => void): void {
    for (const [port, client] of clients) {
      if ((port.backlog?.() ?? 0) > LOST_BACKLOG) client.close()
      else tell(client, port)
    }
  }

  /** Throws LabError `run.unknown` or `weights.no-checkpoint`. */
  const weightsOf =
    options.weightsOf ??
    ((id: string): string => {
      const { folder, status } = runs.get(id)
      if (status.checkpoint === null) throw new LabError('weights.no-checkpoint', { run: id })
      return folder
    })

  const handlersFor = (port: Port, host: HostHandlers): Handlers<LabMethods> => ({
    ...host,
    'labs.list': () => labs.list(),
    'labs.read': ({ id }) => labs.read(id),
    'memory.recall': () => memory.recall(),
    'memory.remember': ({ key, value }) => memory.remember(key, value),
    'data.add': ({ name, bytes }) => data.add(name, bytes),
    'data.list': () => data.list(),
    'data.preview': async ({ task, data: id }) => previewTask(task, id === null ? null : await data.read(id)),
    'task.describe': ({ task, data: id }) => specs.describe(task, id),
    'lab.budget': async ({ lab, engine, data: id }) => {
      const spec = await specs.describe(lab.task, id)
      requireTrainable(lab, spec)
      const readData = async () => (id === null ? null : data.read(id))
      return budgetOf(lab, spec, await trials.of(port, { lab, engine, dataId: id, readData }))
    },
    'runs.start': async ({ lab, engine, data: id, paused, from }) => {
      requireTrainable(lab, await specs.describe(lab.task, id))
      trials.interrupt()
      return (await runs.start({ lab, engine, data: id, from: from && weightsOf(from) }, paused)).status
    },
    'runs.list': () => runs.list().map((run) => run.status),
    'runs.read': ({ run }) => {
      const { lab, data } = runs.get(run).request
      return { lab, data }
    },
    'runs.history': ({ run }) => runs.get(run).history(),
    'runs.command': ({ run, command }) => runs.command(run, command),
    'runs.tune': ({ run, ...change }) => runs.get(run).tune(change),
    'runs.view': ({ run, view }) => runs.get(run).view(port, view),
    'runs.write': ({ run: id, request }) => {
      const run = runs.get(id)
      const { engine, data: dataId } = run.request
      return writers.write(port, {
        engine,
        request,
        model: async () => {
          if (run.mayHaveNews) await run.command('checkpoint')
          return { directory: weightsOf(id), data: dataId === null ? null : await data.read(dataId) }
        },
        onProgress: (progress) => clients.get(port)?.emit('run.written', { run: id, ...progress }),
      })
    },
    'runs.hush': () => writers.hush(port),
    'runs.remove': ({ run }) => runs.remove(run),
    'runs.restore': async ({ run }) => {
      trials.interrupt()
      return (await runs.restore(run)).status
    },
  })

  return {
    connect(port, host) {
      const client = serve(port, labMethods, labEvents, handlersFor(port, host), { log })
      clients.set(port, client)
      port.onClose(() => {
        clients.delete(port)
        writers.hush(port)
        trials.forget(port)
        for (const run of runs.list()) run.unview(port).catch((error: unknown) => log('view', error))
      })
      return client
    },
    async close() {
      trials.interrupt()
      writers.close()
      await runs.close(GRACE)
      await memory.close()
      for (const client of clients.values()) client.close()
    },
  }
}
