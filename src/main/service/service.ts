/**
 * The lab contract for every host: built-in labs, and data, runs and models in a workspace per user. Serves any number of
 * clients.
 */
import { availableParallelism } from 'node:os'
import { owner, type Client } from '@core/contract/client'
import { labEvents, labMethods, type LabEvents, type LabMethods } from '@core/contract/lab'
import type { ModelRef } from '@core/contract/look'
import type { Port } from '@core/contract/port'
import { serve, type Server } from '@core/contract/rpc'
import { trains } from '@core/contract/run-state'
import type { Handlers } from '@core/contract/table'
import type { ImportReport } from '@core/contract/import'
import { LabError } from '@core/errors'
import { encodeUtf8 } from '@core/utf8'
import { previewTask } from '@core/tasks'
import { budgetOf } from '@engine/budget'
import type { DataStore } from './data'
import { questionsIn } from '../classroom/questions'
import { openClassroom } from '../desk/classroom'
import { findDesks } from '../desk/find'
import { openLink } from '../desk/link'
import type { Roll } from '../desk/roll'
import type { OpenRoom } from '../desk/room'
import { createLessons, noLessons, type Lessons } from '../lessons/lessons'
import { openOwnLessons, watchNothing, withOwn } from '../lessons/own'
import { exportModel, planExport } from './exports'
import { createHelper } from './helper'
import type { HostHandlers } from './host-handlers'
import { createLabs } from './labs'
import { ask, generate, look, type RunModel } from './looks'
import { pace, pupilLimits, requireFewRuns, requireSpace } from './limits'
import { Models, type ModelsOptions } from './models'
import { RunQueue } from './queue'
import { createReadyWorkers } from './ready-worker'
import type { Run } from './run'
import type { Spawn } from './spawn'
import { followRun, watchRuns } from './streams'
import { createTrials } from './trials'
import { Workspaces, type Workspace } from './workspaces'

export interface ServiceOptions extends Pick<ModelsOptions, 'limits' | 'availableMemory' | 'now'> {
  /** Storage folder: `runs/`, `data/` and `memory.json` of the owner, and the workspaces of others. Created if missing. */
  readonly home: string
  /** Folder of the built-in labs. */
  readonly labs: string
  /** Folder of the course; without it there are no lessons. */
  readonly lessons?: string
  /** Folder of a teacher's own lessons, which is watched. */
  readonly ownLessons?: string | null
  /** Lets pupils in when the owner begins a class; without it, there can be none. */
  readonly openRoom?: OpenRoom
  /** The pupils of a class that is open from the beginning. */
  readonly roll?: Roll | undefined
  /** What pupils type to come here. */
  readonly addresses?: () => readonly string[]
  /** Version of the application, stored with measurements. */
  readonly version?: string
  readonly spawn: Spawn
  /** Starts the worker for short jobs; by default as the others. */
  readonly spawnHelper?: Spawn
  /** Whether a worker is started ahead for the next run once a client is there; off by default. */
  readonly startsAhead?: boolean
  /** Folder of a run's files, by default `runs/ID` of its workspace. */
  readonly runFolder?: (id: string) => string
  /** Creates the store for the texts of a workspace, by default in the given folder. */
  readonly createData?: (directory: string) => DataStore
  /** Folder of the initial weights taken from another run, by default that run's folder. */
  readonly weightsOf?: (run: string) => string
  /** Number of runs that train at a time, by default one per core; the others are queued. */
  readonly runsAtOnce?: number
  /** Milliseconds allowed for a worker to stop before it is killed; by default longer than a training step. */
  readonly stopLimit?: number
  /** Receives internal errors; errors of a call go to the caller. */
  readonly log?: (where: string, error: unknown) => void
}

export interface Service {
  /** Serves one client until its port closes. */
  connect(port: Port, client: Client, host: HostHandlers): Server<LabEvents>
  /** Ends all runs, with time to write their checkpoints, then their workers. */
  close(): Promise<void>
}

const grace = 5000 // milliseconds

export async function createService(options: ServiceOptions): Promise<Service> {
  const { home, spawn, runFolder, createData, log = () => undefined, stopLimit = 30_000, ...surroundings } = options
  const labs = createLabs(options.labs)
  const course = options.lessons === undefined ? noLessons : createLessons(options.lessons)
  const own = options.ownLessons ? await openOwnLessons(options.ownLessons, labs) : null
  const lessons = own ? withOwn(course, own) : course
  const servers = new Set<Server<LabEvents>>()

  const allRuns = (): Run[] => workspaces.all().flatMap(({ runs }) => runs.list())
  const models = new Models({ ...surroundings, spawn, runs: allRuns })
  const queue = new RunQueue(
    options.runsAtOnce ?? availableParallelism(),
    () => allRuns().filter((run) => run.worker && trains(run.status)),
    log,
  )
  let last: Promise<void> = Promise.resolve()
  let known: ReturnType<typeof questionsIn> | undefined
  const questions = (): ReturnType<typeof questionsIn> => (known ??= questionsIn(options.lessons))
  const helper = createHelper(options.spawnHelper ?? spawn)
  /** Ends after its job: it has had a whole model in memory. */
  const importer = createHelper(options.spawnHelper ?? spawn, 0)
  const readyWorkers = createReadyWorkers(spawn, {
    isAhead: options.startsAhead ?? false,
    availableMemory: options.availableMemory,
  })
  const workspaces = new Workspaces({
    takeWorker: () => readyWorkers.take(),
    ...{ helper, home, spawn, runFolder, createData, queue, stopLimit, log, version: options.version ?? '' },
    questions,
    makeRoom: () => models.makeRoom(),
    inTurn: (work) => {
      last = last.then(work).catch((error: unknown) => log('outlines', error))
    },
    onStatus: (run) => models.note(run),
    onLaunch: (run) => models.supersede(run),
    onRemove: (run) => models.closeAll(run, new LabError('run.unknown', { run: run.id })),
  })
  await workspaces.of(owner.workspace)
  const link = await openLink({ directory: home, kits: (await workspaces.of(owner.workspace)).kits })
  const classroom = openClassroom({
    ...{ workspaces, home, questions, roll: options.roll, addresses: options.addresses, openRoom: options.openRoom },
    connect: (port, client, host) => service.connect(port, client, host),
  })
  const isBusy = (): boolean =>
    allRuns().some((run) => run.underWay && !run.isInPage) || workspaces.all().some(({ experiments }) => experiments.underWay)
  const trials = createTrials(spawn, isBusy)

  /** Throws LabError `run.unknown` or `weights.no-checkpoint`. */
  function weightsOf({ runs }: Workspace, id: string): string {
    if (options.weightsOf) return options.weightsOf(id)
    const { folder, status } = runs.get(id)
    if (status.checkpoint === null) throw new LabError('weights.no-checkpoint', { run: id })
    return folder
  }

  const mine = ({ client }: { readonly client: Client }): Promise<Workspace> => workspaces.of(client.workspace)
  /** The workspace, if there is room for so many more bytes. */
  async function roomy(call: { readonly client: Client }, bytes = 0): Promise<Workspace> {
    const workspace = await mine(call)
    await requireSpace(call.client, workspace.folder, bytes)
    return workspace
  }
  /** Also, if another run may be under way. */
  async function free(call: { readonly client: Client }): Promise<Workspace> {
    const workspace = await roomy(call)
    requireFewRuns(call.client, workspace)
    return workspace
  }
  /** The lessons of the course and of the client's own kits. */
  const lessonsOf = async (call: { readonly client: Client }): Promise<Lessons> =>
    (await mine(call)).kits.lessons.reduce(withOwn, lessons)
  async function modelOf({ run, ...when }: ModelRef, call: { readonly client: Client }): Promise<RunModel> {
    return { models, run: (await mine(call)).runs.get(run), ...when }
  }

  const handlers: Omit<Handlers<LabMethods>, keyof HostHandlers> = {
    'labs.list': () => labs.list(),
    'labs.read': ({ id }) => labs.read(id),
    'memory.recall': async (_, call) => (await mine(call)).memory.recall(),
    'memory.remember': async ({ key, value }, call) => (await roomy(call, value?.length)).memory.remember(key, value),
    'drafts.watch': async ({ window }, call) => (await mine(call)).drafts.watch(window, call),
    'drafts.read': async ({ id }, call) => (await mine(call)).drafts.read(id),
    'drafts.keep': async ({ id, draft }, call) => (await roomy(call)).drafts.keep(id, draft),
    'drafts.discard': async ({ id }, call) => (await mine(call)).drafts.discard(id),
    'data.add': async ({ name, bytes, tokeniserOf }, call) =>
      (await roomy(call, bytes.length)).data.add(name, bytes, tokeniserOf),
    'data.remove': async ({ data: id }, call) => {
      const { data, specs } = await mine(call)
      await data.remove(id)
      specs.forget()
    },
    'data.list': async (_, call) => (await mine(call)).data.list(),
    'data.read': async ({ data: id }, call) => (await mine(call)).data.read(id),
    'data.preview': async ({ task, data: id }, call) =>
      previewTask(task, id === null ? null : await (await mine(call)).data.read(id)),
    'task.describe': async ({ task, data: id }, call) => (await mine(call)).specs.describe(task, id),
    'lab.budget': async ({ lab, engine, data: id }, call) => {
      const { specs, data } = await mine(call)
      const spec = await specs.describe(lab.task, id)
      const bytes = await specs.requireTrainable(lab, spec)
      const readData = async () => (id === null ? null : data.read(id))
      return budgetOf(lab, spec, await trials.of({ lab, engine, bytes, dataId: id, readData }, call.signal))
    },
    'runs.start': async ({ lab, engine, data: id, paused, from, moments, fork }, call) => {
      const workspace = await free(call)
      await workspace.specs.requireTrainable(lab, await workspace.specs.describe(lab.task, id))
      const weights = from === null ? null : weightsOf(workspace, from)
      trials.interrupt()
      const taken = engine === 'auto' ? trials.chosen({ lab, dataId: id }) : engine
      const asked = { lab, engine: taken, data: id, from: weights, continuedFrom: null, lease: null, forkedFrom: fork }
      const run = await workspace.runs.start(
        { ...asked, moments: call.client.role === 'owner' ? moments : Math.min(moments, pupilLimits.moments) },
        paused,
      )
      return run.status
    },
    'models.import': async ({ folder, length, data: id, keep }, call) => {
      const { data, runs } = await free(call)
      const asked = { folder, length, text: id === null ? null : await data.read(id) }
      const read = (kept: { directory: string; run: string } | null) =>
        importer.ask((of) => of.importModel({ ...asked, keep: kept }, { signal: call.signal, onPart: call.part }))
      if (!keep) return { report: (await read(null)).report, run: null }
      let report: ImportReport | undefined
      const { status } = await runs.adopt(async (directory, run) => {
        const made = await read({ directory, run })
        await data.add(made.title, encodeUtf8(made.data))
        report = made.report
      })
      return { report: report!, run: status }
    },
    'runs.report': async (report, call) => {
      const bytes = report.files.reduce((sum, file) => sum + file.bytes.length, 0)
      await (await roomy(call, bytes)).runs.report(report)
    },
    'runs.commands': async ({ run, lease }, call) => (await mine(call)).runs.get(run).commands(lease, call),
    'runs.checkpoint': async ({ run }, call) => (await mine(call)).runs.checkpoint(run),
    'runs.resume': async ({ run, more }, call) => {
      const workspace = await mine(call)
      workspace.runs.get(run) // where it is unknown, that is the reason
      requireFewRuns(call.client, workspace)
      trials.interrupt()
      return (await workspace.runs.resume(run, more)).status
    },
    'runs.watch': async (_, call) => watchRuns((await mine(call)).runs, call, log),
    'runs.follow': async ({ run }, call) => followRun((await mine(call)).runs.get(run), call),
    'runs.moments': async ({ run }, call) => (await mine(call)).runs.moments(run),
    'runs.read': async ({ run }, call) => {
      const { lab, data } = await (await mine(call)).runs.get(run).request()
      return { lab, data }
    },
    'runs.command': async ({ run, command, until }, call) => (await mine(call)).runs.command(run, command, until),
    'runs.tune': async ({ run, ...change }, call) => (await mine(call)).runs.get(run).tune(change),
    'runs.label': async ({ run, ...label }, call) => {
      const { runs } = await mine(call)
      const labelled = runs.get(run) // where it is unknown, that is the reason
      await roomy(call)
      await labelled.label(label)
    },
    'runs.remove': async ({ run }, call) => (await mine(call)).runs.remove(run),
    'experiments.watch': async (_, call) => (await mine(call)).experiments.watch(call),
    'experiments.start': async (request, call) => {
      const { experiments } = await free(call)
      trials.interrupt()
      return experiments.start(request)
    },
    'experiments.resume': async ({ id }, call) => (await mine(call)).experiments.resume(id),
    'experiments.cancel': async ({ id }, call) => (await mine(call)).experiments.cancel(id),
    'experiments.remove': async ({ id }, call) => (await mine(call)).experiments.remove(id),
    'desk.find': async (_, call) => {
      await findDesks(call, { log })
      return null
    },
    'desk.meet': (request) => link.meet(request),
    'desk.watch': async (_, call) => {
      await link.watch(call.signal, call.part)
      return null
    },
    'desk.leave': () => link.leave(),
    'desk.fetchKit': () => link.fetchKit(),
    'desk.handIn': (request) => link.handIn(request),
    ...classroom.handlers,
    'kits.add': async ({ bytes }, call) => (await roomy(call, bytes.length)).kits.add(bytes),
    'kits.list': async (_, call) => (await mine(call)).kits.list(),
    'kits.remove': async ({ id }, call) => (await mine(call)).kits.remove(id),
    'kits.lab': async ({ id, assignment }, call) => (await mine(call)).kits.lab(id, assignment),
    'kits.submit': async (request, call) => (await mine(call)).kits.submit(request),
    'kits.validate': async (request, call) => (await mine(call)).kits.validate(request, call),
    'kits.grade': async (request, call) => (await mine(call)).kits.grade(request, call.signal),
    'kits.mark': async (request, call) => (await mine(call)).kits.mark(request),
    'kits.make': async (request, call) => (await mine(call)).kits.make(request),
    'exchange.plan': async (request, call) => planExport(request, await mine(call), helper, call),
    'exchange.export': async (request, call) => {
      await models.makeRoom()
      return exportModel(request, await mine(call), spawn, call)
    },
    'lessons.list': async ({ language }, call) => (await lessonsOf(call)).list(language),
    'lessons.watch': (_, call) => (own?.watch ?? watchNothing)(call),
    'lessons.read': async ({ id, language }, call) => (await lessonsOf(call)).read(id, language),
    'lessons.lab': async ({ id, name }, call) => (await lessonsOf(call)).lab(id, name),
    'progress.recall': async (_, call) => (await mine(call)).progress.recall(),
    'progress.keep': async ({ lesson, progress }, call) => (await mine(call)).progress.keep(lesson, progress),
    'models.look': async ({ model, look: request, every }, call) => look(await modelOf(model, call), request, every, call),
    'models.evaluate': async ({ model, mutes }, call) =>
      ask(await modelOf(model, call), call, (of, at, options) => of.evaluate({ mutes, at }, options)),
    'models.confusion': async ({ model, mutes }, call) =>
      ask(await modelOf(model, call), call, (of, at, options) => of.confusion({ mutes, at }, options)),
    'models.worth': async ({ model, mutes }, call) =>
      ask(await modelOf(model, call), call, (of, at, options) => of.worth({ mutes, at }, options)),
    'models.patch': async ({ model, patch }, call) =>
      ask(await modelOf(model, call), call, (of, at, options) => of.patch({ patch, at }, options)),
    'models.heads': async ({ model, muting }, call) =>
      ask(await modelOf(model, call), call, (of, at, options) => of.heads({ muting, at }, options)),
    'models.lens': async ({ model, input, mutes }, call) =>
      ask(await modelOf(model, call), call, (of, at, options) => of.lens({ input, mutes, at }, options)),
    'models.circuits': async ({ model, head }, call) =>
      ask(await modelOf(model, call), call, (of, at, options) => of.circuits({ head, at }, options)),
    'models.tokens': async ({ model, sequence }, call) =>
      ask(await modelOf(model, call), call, (of, at, options) => of.tokens({ sequence, at }, options)),
    'models.generate': async ({ model, request }, call) => generate(await modelOf(model, call), request, spawn, call),
  }

  const service: Service = {
    connect(port, client, host) {
      const describe: HostHandlers['host.describe'] = async (argument, call) => ({
        ...(await host['host.describe'](argument, call)),
        ...(classroom.desk && { desk: client.role === 'owner' ? ('teacher' as const) : ('pupil' as const) }),
      })
      const mayCall = client.role === 'owner' ? () => true : pace(pupilLimits)
      const server = serve(
        port,
        labMethods,
        labEvents,
        { ...handlers, ...host, 'host.describe': describe },
        { client, mayCall, log },
      )
      servers.add(server)
      readyWorkers.prepare()
      const leave = client.role === 'owner' ? undefined : classroom.desk?.arrive(client)
      port.onClose(() => {
        servers.delete(server)
        leave?.()
      })
      return server
    },
    async close() {
      trials.interrupt()
      readyWorkers.end()
      await classroom.close()
      helper.end()
      importer.end()
      link.close()
      own?.close()
      await models.close()
      await last
      await Promise.all(workspaces.all().map(({ runs }) => runs.close(grace)))
      await Promise.all(workspaces.all().map(({ experiments }) => experiments.close()))
      await Promise.all(workspaces.all().map(({ drafts }) => drafts.close()))
      await Promise.all(workspaces.all().map(({ progress }) => progress.close()))
      await Promise.all(workspaces.all().map(({ memory }) => memory.close()))
      for (const server of servers) server.close()
    },
  }
  return service
}
