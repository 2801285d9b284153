/**
 * For tests of stores: an application with a host behind a port in memory. Tasks and labs are real; a run is what the test makes of
 * it. Every call is recorded.
 */
import { createPinia, setActivePinia } from 'pinia'
import { createApp, type App } from 'vue'
import { labEvents, labMethods, type LabEvents, type LabMethods, type MemoryKey, type RunStatus } from '@core/contract/lab'
import { memoryPorts } from '@core/contract/memory-port'
import { serve, type Server } from '@core/contract/rpc'
import type { Handlers } from '@core/contract/table'
import { LabError } from '@core/errors'
import { training, type LabDocument } from '@core/lab/document'
import { createTask, previewTask } from '@core/tasks'
import { createHost, hostKey } from '../api/host'
import { memoryKey, type Memory } from '../api/memory'
import { i18n } from '../locales'

export interface FakeHost {
  readonly app: App
  /** Name and argument of every call, in order. */
  readonly calls: [name: string, argument: unknown][]
  /** The runs it knows, by id. */
  readonly runs: Map<string, RunStatus>
  readonly labs: Map<string, LabDocument>
  /** What runs train, by run; those that the page starts are added. */
  readonly trained: Map<string, LabDocument>
  /** What the page remembers. */
  readonly memory: Map<MemoryKey, string>
  /** What the host's open dialog gives; null when it is cancelled. */
  file: { path: string; name: string; text: string } | null
  /** Calls of these names fail. */
  readonly failing: Map<keyof LabMethods, LabError>
  /** Calls of these names are answered so instead. */
  readonly answering: Map<keyof LabMethods, () => unknown>
  emit: Server<LabEvents>['emit']
  /** Cuts the connection; the page makes another by itself. */
  disconnect(): void
  /** The arguments of all calls of one method. */
  callsOf(name: keyof LabMethods): unknown[]
}

export function fakeHost(): FakeHost {
  const calls: FakeHost['calls'] = []
  const runs = new Map<string, RunStatus>()
  const labs = new Map<string, LabDocument>()
  const trained = new Map<string, LabDocument>()
  const memory: FakeHost['memory'] = new Map()
  const failing: FakeHost['failing'] = new Map()
  const answering: FakeHost['answering'] = new Map()
  let server: Server<LabEvents> | undefined

  const get = (run: string): RunStatus => {
    const status = runs.get(run)
    if (!status) throw new LabError('run.unknown', { run })
    return status
  }
  const put = (status: RunStatus): RunStatus => (runs.set(status.run, status), status)
  const states = { pause: 'paused', resume: 'running', step: 'paused', stop: 'stopped' } as const

  const handlers: Handlers<LabMethods> = {
    'host.describe': () => ({
      kind: 'desktop',
      version: '0',
      platform: 'test',
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
    'data.add': ({ name, bytes }) => ({ id: '0123456789abcdef', name, characters: bytes.length }),
    'data.list': () => [],
    'data.preview': ({ task }) => previewTask(task, null),
    'task.describe': ({ task }) => createTask(task, null).spec,
    'lab.budget': ({ lab }) => ({
      engine: 'tfjs',
      parameters: 1,
      peakBytes: 150e6,
      stepsPerSecond: 100,
      secondsToFinish: lab.training.steps / 100,
    }),
    'runs.start': ({ lab, paused }) => {
      const run = `run-${runs.size + 1}`
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
    'runs.read': ({ run }) => ({ lab: trained.get(run) ?? fail(new LabError('run.unknown', { run })), data: null }),
    'runs.list': () => [...runs.values()],
    'runs.history': ({ run }) => ({
      status: get(run),
      losses: new Float32Array(),
      accuracies: new Float32Array(),
      evaluations: [],
      summary: null,
    }),
    'runs.command': ({ run, command }) => {
      const status = get(run)
      const state = command === 'checkpoint' || command === 'evaluate' ? status.state : states[command]
      return put({ ...status, state, step: status.step + Number(command === 'step') })
    },
    'runs.tune': ({ run, learningRate, gates }) => {
      const { state, ...before } = get(run)
      if (state === 'queued') throw new LabError('run.queued', { place: 1 })
      return put({ ...before, state, ...(learningRate !== undefined && { learningRate }), ...(gates && { gates }) })
    },
    'runs.view': ({ run }) => void get(run),
    'runs.write': ({ run, request: { prompt } }) => ({
      prompt,
      written: [{ text: ` of ${run}`, logProbability: null }],
      ...{ tokens: 3, milliseconds: 20, cached: true, engine: 'tfjs', step: get(run).step },
    }),
    'runs.hush': () => undefined,
    'runs.remove': ({ run }) => void runs.delete(run),
    'runs.restore': ({ run }) => put({ ...get(run), state: 'running', problem: null }),
  }
  /** Records, and fails where the test wants it. */
  const recorded = Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [
      name,
      (argument: never, call: never) => {
        calls.push([name, argument])
        const error = failing.get(name as keyof LabMethods)
        if (error) throw error
        const answer = answering.get(name as keyof LabMethods)
        return answer ? answer() : handler(argument, call)
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
    file: null,
    failing,
    answering,
    emit: (event, payload) => server?.emit(event, payload),
    disconnect: () => server?.close(),
    callsOf: (name) => calls.filter(([called]) => called === name).map(([, argument]) => argument),
  }
  const open = () => {
    const [near, far] = memoryPorts(structuredClone)
    server = serve(far, labMethods, labEvents, recorded)
    return Promise.resolve(near)
  }
  const pinia = createPinia()
  const remembering: Memory = {
    recall: (key) => memory.get(key),
    remember(key, value) {
      const text = value()
      if (text === null) memory.delete(key)
      else memory.set(key, text)
    },
  }
  app.provide(hostKey, createHost(open)).provide(memoryKey, remembering).use(pinia).use(i18n)
  setActivePinia(pinia)
  return fake
}

function fail(error: LabError): never {
  throw error
}

/** A model that trains, in few blocks. */
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

/** A status event, as plain as it can be. */
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
