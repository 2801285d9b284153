/** Fake worker processes for tests of the service: a test controls their answers, reports and exits. */
import { aborted } from '@core/contract/cancel'
import type { Look, Scores } from '@core/contract/look'
import type { PatchReport } from '@core/contract/patch'
import { memoryPorts } from '@core/contract/memory-port'
import { serve, type Server } from '@core/contract/rpc'
import type { RunState, RunStatus, Telemetry } from '@core/contract/runs'
import { LabError } from '@core/errors'
import type { KitSummary } from '@core/contract/kits'
import type { Handlers } from '@core/contract/table'
import { workerEvents, workerMethods, type WorkerEvents, type WorkerMethods } from '@core/contract/worker'
import { createTask } from '@core/tasks'
import type { Spawn } from '../spawn'
import { requireTrainable } from '@engine/trainable'

type Calls = { [K in keyof WorkerMethods]: Parameters<Handlers<WorkerMethods>[K]>[0][] }

/** The kit that an archive of this first byte is. */
export const fakeKit = (byte: number): KitSummary => ({
  ...{ id: byte.toString(16).padStart(2, '0').repeat(32), title: 'Kit', summary: '', due: null, isTeachers: false },
  ...{ lessons: [], lessonsInOrder: false, assignments: [], points: 0 },
})

const read = { tokens: Int32Array.of(1), unknown: [], source: null, unknownInSource: [] }
const none = new Float32Array(0)
const fakePatch: PatchReport = {
  ...{ step: 0, a: read, b: read, position: 0, answer: 0, rows: [] },
  distributions: { entropy: none, answer: none, classes: new Int32Array(0), probabilities: none, top: 0 },
}

export interface FakeWorker {
  readonly calls: Calls
  readonly emit: Server<WorkerEvents>['emit']
  /** How it was ended, if it was. */
  readonly ended: string | null
  /** Simulates a crash of the process. */
  die(how: string): void
  /** Status of the run that it trains. */
  status: RunStatus
  /** Reports a change of the status. */
  tell(change: Partial<RunStatus>): void
}

export interface FakeWorkers {
  readonly spawn: Spawn
  readonly processes: FakeWorker[]
}

/**
 * `overrides` replaces handlers of the workers. A stop succeeds at once; closing the port ends the process. An opened model has
 * step 100; looks arrive once, and again for each reported step.
 */
export function fakeWorkers(overrides: Partial<Handlers<WorkerMethods>> = {}): FakeWorkers {
  const processes: FakeWorker[] = []
  return {
    processes,
    spawn: () => {
      const [near, far] = memoryPorts(structuredClone)
      const exits: ((how: string) => void)[] = []
      const looking = new Set<(look: Look) => void>()
      const answers: Handlers<WorkerMethods> = {
        train: ({ run, lab, restore, paused }) => {
          const { steps, learningRate } = lab.training
          const step = restore ? 100 : 0
          const state = paused ? 'paused' : 'running'
          fake.status = { ...idle, run, state, step, steps, learningRate, checkpoint: restore ? step : null }
          return fake.status
        },
        command: ({ command }) => {
          fake.status = { ...fake.status, state: outcomes[command] ?? fake.status.state }
          if (command === 'checkpoint' || command === 'stop') fake.status = { ...fake.status, checkpoint: fake.status.step }
          return fake.status
        },
        tune: ({ learningRate }) => (fake.status = { ...fake.status, learningRate }),
        open: () => {
          fake.status = { ...idle, step: 100 }
          return { engine: 'tfjs', parameters: 10, step: 100 }
        },
        openPast: () => null,
        look: async ({ every, at }, { part, signal }) => {
          part({ ...nothing, step: at?.step ?? fake.status.step })
          if (every === null || at) return null
          looking.add(part)
          await aborted(signal)
          looking.delete(part)
          return null
        },
        evaluate: ({ mutes }, { part }) => {
          part({ done: 1, of: 1 })
          const isMuted = Object.keys(mutes).length > 0
          const none = { count: 0, samples: [] }
          const broken = isMuted ? { count: 2, samples: [3, 5] } : none
          return { step: fake.status.step, samples: 10, plain: good, changed: isMuted ? bad : good, broken, fixed: none }
        },
        confusion: (_, { part }) => {
          part({ done: 1, of: 1 })
          return { step: fake.status.step, samples: 10, total: 2, classes: [], cells: [] }
        },
        worth: (_, { part }) => {
          part({ done: 1, of: 1 })
          return { step: fake.status.step, evaluated: 10, whole: good, parts: [] }
        },
        patch: (_, { part }) => {
          part({ done: 1, of: 1 })
          return { ...fakePatch, step: fake.status.step }
        },
        heads: (_, { part }) => {
          part({ done: 1, of: 1 })
          return { step: fake.status.step, samples: 0, evaluated: 0, heads: [] }
        },
        lens: () => ({ step: fake.status.step, tokens: Int32Array.of(), positions: 0, top: 0, layers: [] }),
        circuits: () => ({ step: fake.status.step, queryKey: 'no-embedding', outputValue: 'no-logits' }),
        tokens: () => ({ samples: 10, counts: Int32Array.of(3, 7), classes: null }),
        generate: ({ request }) => ({
          prompt: request.prompt,
          written: [{ text: 'on and on', logProbability: null }],
          ...{ tokens: 9, milliseconds: 1, cached: true, engine: 'tfjs', step: 1 },
        }),
        openKit: ({ bytes }) => ({
          summary: fakeKit(bytes[0] ?? 0),
          labs: {},
          lessons: {},
          pupils: bytes,
        }),
        importModel: () => {
          throw new LabError('import.no-model', { folder: '' })
        },
        makeKit: () => ({ pupils: new Uint8Array(), teachers: new Uint8Array() }),
        makeWork: () => new Uint8Array(),
        planExport: ({ to }) => ({ to, files: [], refused: [], missing: [], verifiable: true }),
        exportModel: () => ({ bytes: new Uint8Array(), extension: 'zip', certificate: null }),
        gradeWork: () => {
          throw new LabError('archive.not-zip')
        },
        prepare: () => undefined,
        measure: ({ steps, evaluate }) => ({
          engine: 'tfjs',
          parameters: 10,
          flopsPerStep: 1,
          milliseconds: new Array<number>(steps).fill(2),
          evaluationMilliseconds: evaluate ? 5 : null,
          peakBytes: 1e8,
          threads: 1,
        }),
        experiment: ({ seed }, { part }) => {
          part({ done: 1, of: 2 })
          return { engine: 'fake', values: { accuracy: seed } }
        },
        describe: ({ task, data }) => createTask(task, data).spec,
        analyse: ({ lab, signature }) => requireTrainable(lab, signature),
        matmulPeak: () => 1,
        ...overrides,
      }
      const calls = Object.fromEntries(Object.keys(workerMethods).map((name) => [name, []])) as unknown as Calls
      const noted = Object.entries(answers).map(([name, answer]) => [
        name,
        (argument: never, call: never): unknown => {
          calls[name as keyof Calls].push(argument)
          return (answer as (argument: never, call: never) => unknown)(argument, call)
        },
      ])
      const server = serve(far, workerMethods, workerEvents, Object.fromEntries(noted) as Handlers<WorkerMethods>)
      const fake: FakeWorker & { ended: string | null } = {
        calls,
        emit: (event, payload) => {
          server.emit(event, payload)
        },
        ended: null,
        status: idle,
        die(how) {
          if (fake.ended !== null) return
          fake.ended = how
          far.close()
          for (const listener of exits) setImmediate(() => listener(how))
        },
        tell(change) {
          fake.status = { ...fake.status, ...change }
          server.emit('status', fake.status)
          for (const tell of looking) tell({ ...nothing, step: fake.status.step })
        },
      }
      far.onClose(() => fake.die('code 0'))
      processes.push(fake)
      return { port: near, kill: () => fake.die('SIGKILL'), onExit: (listener) => void exits.push(listener) }
    },
  }
}

const outcomes: Partial<Record<string, RunState>> = { stop: 'stopped', pause: 'paused', resume: 'running' }

const idle: RunStatus = {
  run: '',
  state: 'starting',
  step: 0,
  steps: 0,
  engine: 'tfjs',
  learningRate: 0,
  parameters: 10,
  checkpoint: null,
  problem: null,
}
const nothing: Look = { step: 0, seen: [], values: {}, missing: [] }
const good: Scores = { loss: 1, metrics: { accuracy: 0.9 } }
const bad: Scores = { loss: 2, metrics: { accuracy: 0.5 } }

/** Telemetry of consecutive steps with these losses. */
export function lossesFrom(firstStep: number, ...losses: number[]): Telemetry {
  const steps = Int32Array.from(losses, (_, index) => firstStep + index)
  return { series: { loss: { steps, values: Float32Array.from(losses) } }, stepsPerSecond: 10 }
}
