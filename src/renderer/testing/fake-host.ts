/**
 * Test host: an application connected to an in-memory host. Tasks and labs are real; run events are sent by the test. Every call is
 * recorded.
 */
import { createPinia, disposePinia, setActivePinia } from 'pinia'
import { onTestFinished } from 'vitest'
import { createApp, type App } from 'vue'
import { onAbort } from '@core/contract/cancel'
import { owner, type Client } from '@core/contract/client'
import { labEvents, labMethods, type LabEvents, type LabMethods, type MemoryKey } from '@core/contract/lab'
import type { Draft, DraftSummary } from '@core/contract/draft'
import type { Look, LookRequest } from '@core/contract/look'
import { noLabel, type RunLabel } from '@core/contract/run-label'
import { memoryPorts } from '@core/contract/memory-port'
import { serve, type Server } from '@core/contract/rpc'
import type { RunOverview, RunPart, RunStatus } from '@core/contract/runs'
import type { Argument, Call, Handlers, Part } from '@core/contract/table'
import { LabError } from '@core/errors'
import { analyse } from '@core/graph/analyse'
import { training, type LabDocument } from '@core/lab/document'
import { noPoints } from '@core/series/series'
import { createTask, previewTask } from '@core/tasks'
import { decodeText } from '@core/tasks/text'
import { analyserKey, type Analyser } from '../analysis/analyser'
import { createHost, hostKey, type StreamName } from '../api/host'
import { memoryKey, type Memory } from '../api/memory'
import { i18n } from '../locales'
import { PageRuns } from '../training/page-runs'
import { pageRunsKey } from '../training/use-page-runs'
import { fakeConfusion, fakeLens, fakeLook, fakePatch, fakeWorth } from './fake-looks'

/** A pending call that answers with a stream of parts. */
export interface OpenStream<K extends StreamName> {
  readonly argument: Argument<LabMethods, K>
  readonly part: (part: Part<LabMethods, K>) => void
  readonly end: () => void
  readonly fail: (error: LabError) => void
}

export interface FakeHost {
  readonly app: App
  /** Name and argument of every call, in order. */
  readonly calls: [name: string, argument: unknown][]
  /** Known runs by id. */
  readonly runs: Map<string, RunStatus>
  readonly labs: Map<string, LabDocument>
  /** The lab of each run; runs started by the page are added. */
  readonly trained: Map<string, LabDocument>
  /** Stored settings of the page. */
  readonly memory: Map<MemoryKey, string>
  /** Drafts of unsaved work by id. */
  readonly drafts: Map<string, Draft>
  /** Ids of the open windows. */
  readonly windows: string[]
  /** Result of the open dialog; null if it is cancelled. */
  file: { path: string; name: string; text: string } | null
  /** Methods that fail with this error. */
  readonly failing: Map<keyof LabMethods, LabError>
  /** Replacement handlers by method. */
  readonly answering: Map<keyof LabMethods, (call: Call<never>) => unknown>
  /** Answers look requests. May throw. */
  look: (request: LookRequest) => Look
  emit: Server<LabEvents>['emit']
  /** Stores a status, and sends it to followers of the run and to run lists. */
  tell(status: RunStatus, part?: Omit<RunPart, 'status'>): void
  /** Sends an overview to run lists. */
  list(overview: RunOverview): void
  /** Pending calls of a method, in order. */
  streams<K extends StreamName>(name: K): readonly OpenStream<K>[]
  /** Drops the connection; the page reconnects by itself. */
  disconnect(): void
  /** Arguments of all calls of one method. */
  callsOf(name: keyof LabMethods): unknown[]
}

/** `analyser` replaces the analysis worker; `client` is whose page it is. */
export function fakeHost(
  analyser: Analyser = (...question) => Promise.resolve(analyse(...question)),
  client: Client = owner,
): FakeHost {
  const calls: FakeHost['calls'] = []
  const runs = new Map<string, RunStatus>()
  const labs = new Map<string, LabDocument>()
  const trained = new Map<string, LabDocument>()
  const memory: FakeHost['memory'] = new Map()
  const drafts: FakeHost['drafts'] = new Map()
  const windows: string[] = []
  const failing: FakeHost['failing'] = new Map()
  const answering: FakeHost['answering'] = new Map()
  let server: Server<LabEvents> | undefined
  let started = 0
  /** The custom text uploaded last. */
  let text: string | null = null

  const get = (run: string): RunStatus => {
    const status = runs.get(run)
    if (!status) throw new LabError('run.unknown', { run })
    return status
  }
  const put = (status: RunStatus): RunStatus => (runs.set(status.run, status), status)
  const states = { pause: 'paused', resume: 'running', step: 'paused', stop: 'stopped' } as const

  const open = new Map<StreamName, OpenStream<never>[]>()
  const of = <K extends StreamName>(name: K) => (open.get(name) ?? []) as unknown as OpenStream<K>[]
  /** Stays pending until it is cancelled or the test ends it. */
  const hold = <K extends StreamName>(
    name: K,
    argument: Argument<LabMethods, K>,
    { part, signal }: Call<Part<LabMethods, K>>,
  ) =>
    new Promise<null>((resolve, reject) => {
      const close = <T>(settle: (value: T) => void, value: T): void => {
        open.set(
          name,
          of(name).filter((each) => each !== stream),
        )
        settle(value)
      }
      const stream: OpenStream<K> = {
        ...{ argument, part },
        end: () => close(resolve, null),
        fail: (error) => close(reject, error),
      }
      open.set(name, [...of(name), stream])
      onAbort(signal, stream.end)
    })
  const labels = new Map<string, RunLabel>()
  const overviewOf = (status: RunStatus): RunOverview => ({
    status,
    label: labels.get(status.run) ?? noLabel,
    title: trained.get(status.run)?.title ?? status.run,
    task: 'reverse',
    begun: null,
    loss: null,
    evaluation: null,
    curve: noPoints,
  })
  function tell(status: RunStatus, part: Omit<RunPart, 'status'> = {}): void {
    put(status)
    for (const { argument, part: send } of of('runs.follow')) if (argument.run === status.run) send({ ...part, status })
    list(overviewOf(status))
  }
  function list(overview: RunOverview): void {
    for (const { part } of of('runs.watch')) part({ runs: [overview], removed: [] })
  }

  const listDrafts = (): readonly DraftSummary[] =>
    [...drafts].map(([id, { window, dirty, time, document }]) => ({
      ...{ id, window, dirty, time, open: windows.includes(window) },
      title: (document as LabDocument).title,
    }))
  function tellDrafts(): void {
    for (const { part } of of('drafts.watch')) part(listDrafts())
  }

  const handlers: Handlers<LabMethods> = {
    'host.describe': () => ({
      kind: 'desktop',
      version: '0',
      platform: 'test',
      machine: 'Test × 1',
      dialogs: true,
      engines: [{ name: 'tfjs', threads: 1 }],
    }),
    'labs.list': () => [...labs].map(([id, { title, summary, task }]) => ({ id, title, summary, task: task.kind })),
    'labs.read': ({ id }) => labs.get(id) ?? fail(new LabError('lab.unknown', { id, known: '' })),
    'files.open': () => fake.file,
    'files.save': ({ path, name }) => ({ path: path ?? `/home/${name}`, name }),
    'window.dirty': () => undefined,
    'window.language': () => undefined,
    'memory.recall': () => ({}),
    'memory.remember': () => undefined,
    'drafts.watch': (argument, call) => {
      windows.push(argument.window)
      call.part(listDrafts())
      return hold('drafts.watch', argument, call)
    },
    'drafts.read': ({ id }) => drafts.get(id) ?? fail(new LabError('draft.unknown')),
    'drafts.keep': ({ id, draft }) => {
      drafts.set(id, draft)
      tellDrafts()
    },
    'drafts.discard': ({ id }) => {
      drafts.delete(id)
      tellDrafts()
    },
    'data.remove': () => undefined,
    'data.add': ({ name, bytes }) => {
      text = decodeText(bytes).text
      return { id: '0123456789abcdef', name, characters: text.length, tokeniser: null, notices: [] }
    },
    'data.list': () => [],
    'data.preview': ({ task, data }) => previewTask(task, data && text),
    'task.describe': ({ task, data }) => createTask(task, data && text).spec,
    'lab.budget': ({ lab }) => ({
      engine: 'tfjs',
      parameters: 1,
      peakBytes: 150e6,
      stepsPerSecond: 100,
      secondsToFinish: lab.training.steps / 100,
      isLowerBound: false,
    }),
    'runs.start': ({ lab, paused }) => {
      const run = `run-${++started}`
      trained.set(run, lab)
      return put({
        run,
        state: paused ? 'paused' : 'running',
        step: 0,
        steps: lab.training.steps,
        engine: 'tfjs',
        learningRate: lab.training.learningRate,
        parameters: 1,
        checkpoint: null,
        problem: null,
      })
    },
    'runs.moments': () => ({ steps: [], bytes: 0, most: 0 }),
    'runs.report': () => undefined,
    'models.import': ({ folder }) => fail(new LabError('import.no-model', { folder })),
    'runs.commands': (argument, call) => hold('runs.commands', argument, call),
    'runs.checkpoint': ({ run }) => fail(new LabError('run.no-checkpoint', { run })),
    'data.read': () => text ?? fail(new LabError('data.unknown')),
    'runs.resume': ({ run, more }) => {
      const { steps, ...before } = get(run)
      return put({ ...before, state: 'running', problem: null, steps: steps + (more ?? 0) })
    },
    'runs.read': ({ run }) => ({ lab: trained.get(run) ?? fail(new LabError('run.unknown', { run })), data: null }),
    'experiments.watch': (argument, call) => {
      call.part({ experiments: [], removed: [] })
      return hold('experiments.watch', argument, call)
    },
    'experiments.start': () => fail(new LabError('experiment.not-kept')),
    'experiments.resume': () => fail(new LabError('experiment.not-kept')),
    'experiments.cancel': () => fail(new LabError('experiment.not-kept')),
    'experiments.remove': () => undefined,
    'desk.find': (argument, call) => hold('desk.find', argument, call),
    'desk.meet': () => fail(new LabError('desk.none')),
    'desk.watch': () => fail(new LabError('desk.none')),
    'desk.leave': () => undefined,
    'desk.fetchKit': () => fail(new LabError('desk.none')),
    'desk.handIn': () => undefined,
    'class.kitFile': () => new Uint8Array(),
    'class.handInFile': () => fail(new LabError('class.none')),
    'class.open': () => undefined,
    'class.close': () => undefined,
    'class.watch': () => fail(new LabError('class.none')),
    'class.change': () => undefined,
    'class.bring': () => undefined,
    'class.key': () => '',
    'class.screen': () => ({ lab: null, curve: null }),
    'class.screens': (argument, call) => hold('class.screens', argument, call),
    'class.runs': (argument, call) => hold('class.runs', argument, call),
    'class.report': () => [],
    'class.helped': () => undefined,
    'class.answers': () => ({}),
    'class.works': () => [],
    'class.grade': () => fail(new LabError('class.none')),
    'class.follow': () => fail(new LabError('class.none')),
    'class.help': () => undefined,
    'class.takeKit': () => fail(new LabError('kit.unknown')),
    'class.handIn': () => fail(new LabError('class.none')),
    'kits.add': () => fail(new LabError('archive.not-zip')),
    'kits.list': () => [],
    'kits.remove': () => undefined,
    'kits.lab': () => fail(new LabError('kit.unknown')),
    'kits.submit': () => new Uint8Array(),
    'kits.validate': () => fail(new LabError('kit.unknown')),
    'kits.grade': () => fail(new LabError('kit.unknown')),
    'kits.mark': () => undefined,
    'kits.make': () => ({ pupils: new Uint8Array(), teachers: new Uint8Array() }),
    'exchange.plan': ({ to }) => ({
      to,
      files: [{ path: `model.${to}`, bytes: 1000 }],
      refused: [],
      missing: [],
      verifiable: true,
    }),
    'exchange.export': () => ({ bytes: new Uint8Array([1]), extension: 'zip', certificate: null }),
    'lessons.list': () => ({ course: null, lessons: [], reference: null }),
    'lessons.watch': (_, call) => new Promise<null>((resolve) => call.signal.addEventListener('abort', () => resolve(null))),
    'lessons.read': ({ id }) => fail(new LabError('lesson.unknown', { id, known: '' })),
    'lessons.lab': () => null,
    'progress.recall': () => ({}),
    'progress.keep': () => undefined,
    'runs.watch': (argument, call) => {
      call.part({ runs: [...runs.values()].map(overviewOf), removed: [] })
      return hold('runs.watch', argument, call)
    },
    'runs.follow': (argument, call) => {
      call.part({ status: get(argument.run) })
      return hold('runs.follow', argument, call)
    },
    'runs.command': ({ run, command }) => {
      const status = get(run)
      const state = command === 'checkpoint' || command === 'evaluate' ? status.state : states[command]
      return put({ ...status, state, step: status.step + Number(command === 'step') })
    },
    'runs.tune': ({ run, learningRate }) => {
      const status = get(run)
      if (status.state === 'queued') throw new LabError('run.queued', { place: 1 })
      return put({ ...status, learningRate })
    },
    'runs.label': ({ run, ...label }) => {
      labels.set(run, label)
      list(overviewOf(get(run)))
    },
    'runs.remove': ({ run }) => {
      runs.delete(run)
      for (const { part } of of('runs.watch')) part({ runs: [], removed: [run] })
      for (const { argument, end } of of('runs.follow')) if (argument.run === run) end()
    },
    'models.look': (argument, call) => {
      call.part(fake.look(argument.look))
      return hold('models.look', argument, call)
    },
    'models.evaluate': ({ model }) => ({
      step: get(model.run).step,
      samples: 100,
      plain: { loss: 0.1, metrics: { accuracy: 0.999 } },
      changed: { loss: 0.6, metrics: { accuracy: 0.886 } },
      broken: { count: 11, samples: [3, 17] },
      fixed: { count: 0, samples: [] },
    }),
    'models.confusion': ({ model }) => ({ step: get(model.run).step, ...fakeConfusion }),
    'models.worth': ({ model }) => ({ step: get(model.run).step, ...fakeWorth }),
    'models.patch': ({ model }) => ({ step: get(model.run).step, ...fakePatch }),
    'models.heads': ({ model }) => ({ step: get(model.run).step, samples: 0, evaluated: 0, heads: [] }),
    'models.lens': ({ model }) => ({ step: get(model.run).step, ...fakeLens }),
    'models.circuits': ({ model }) => ({ step: get(model.run).step, queryKey: 'no-embedding', outputValue: 'no-logits' }),
    'models.tokens': () => ({ samples: 100, counts: Int32Array.of(0, 4, 3, 2, 1), classes: null }),
    'models.generate': ({ model, request: { prompt } }, call) => {
      call.part({ prompt, written: [{ text: ' of', logProbability: null }] })
      return {
        prompt,
        written: [{ text: ` of ${model.run}`, logProbability: null }],
        ...{ tokens: 3, milliseconds: 20, cached: true, engine: 'tfjs', step: get(model.run).step },
      }
    },
  }
  /** Wraps all methods to record calls and to fail on request. */
  const recorded = Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [
      name,
      (argument: never, call: never) => {
        calls.push([name, argument])
        const error = failing.get(name as keyof LabMethods)
        if (error) throw error
        const answer = answering.get(name as keyof LabMethods)
        return answer ? answer(call) : (handler as (argument: never, call: never) => unknown)(argument, call)
      },
    ]),
  ) as unknown as Handlers<LabMethods>

  const app = createApp({})
  const fake: FakeHost = {
    app,
    calls,
    runs,
    labs,
    trained,
    memory,
    drafts,
    windows,
    file: null,
    failing,
    answering,
    look: fakeLook,
    tell,
    list,
    streams: of,
    emit: (event, payload) => server?.emit(event, payload),
    disconnect: () => server?.close(),
    callsOf: (name) => calls.filter(([called]) => called === name).map(([, argument]) => argument),
  }
  const connect = () => {
    const [near, far] = memoryPorts(structuredClone)
    server = serve(far, labMethods, labEvents, recorded, { client })
    return Promise.resolve(near)
  }
  const pinia = createPinia()
  const remembering: Memory = {
    problem: null,
    recall: (key) => memory.get(key),
    remember(key, value) {
      const text = value()
      if (text === null) memory.delete(key)
      else memory.set(key, text)
    },
  }
  const host = createHost(connect)
  const pageRuns = new PageRuns(host, () => {
    throw new Error('tests of the workbench train at the host')
  })
  app
    .provide(hostKey, host)
    .provide(pageRunsKey, pageRuns)
    .provide(memoryKey, remembering)
    .provide(analyserKey, analyser)
    .use(pinia)
    .use(i18n)
  setActivePinia(pinia)
  onTestFinished(() => disposePinia(pinia))
  return fake
}

function fail(error: LabError): never {
  throw error
}

/** A small model that can be trained. */
export function smallLab(): LabDocument {
  const kinds = ['tokens', 'embedding', 'classifier']
  return {
    format: 'attention-lab',
    version: 1,
    title: { en: 'Small', zh: '小' },
    summary: '',
    task: { kind: 'reverse', params: { length: 4, minLength: 2, symbols: 4 } },
    graph: {
      nodes: kinds.map((kind, i) => ({ id: kind, kind, params: {}, position: { x: i * 176, y: 0 } })),
      edges: [
        { from: { node: 'tokens', port: 'ids' }, to: { node: 'embedding', port: 'ids' } },
        { from: { node: 'embedding', port: 'y' }, to: { node: 'classifier', port: 'x' } },
      ],
    },
    training: training.parse({
      steps: 100,
      batchSize: 2,
      learningRate: 0.01,
      optimiser: { kind: 'sgd' },
      clipNorm: null,
      evaluateEvery: 10,
    }),
  }
}

/** A minimal run status. */
export const statusOf = (run: string, change: Partial<RunStatus> = {}): RunStatus => ({
  run,
  state: 'running',
  step: 0,
  steps: 100,
  engine: 'tfjs',
  learningRate: 0.01,
  parameters: 1,
  checkpoint: null,
  problem: null,
  ...change,
})
