/** Run processes for tests of the service: they answer and tell exactly what a test has them do, and die when it says so. */
import { memoryPorts } from '@core/contract/memory-port'
import { serve, type Server } from '@core/contract/rpc'
import { runEvents, runMethods, type RunEvents, type RunMethods } from '@core/contract/run'
import type { RunState, RunStatus } from '@core/contract/lab'
import type { Handlers } from '@core/contract/table'
import { createTask } from '@core/tasks'
import type { Spawn } from '../spawn'

type Calls = { [K in keyof RunMethods]: Parameters<Handlers<RunMethods>[K]>[0][] }

export interface FakeRun {
  readonly calls: Calls
  readonly emit: Server<RunEvents>['emit']
  /** How it was ended, if it was. */
  readonly ended: string | null
  /** The process dies by itself. */
  die(how: string): void
  status: RunStatus
}

export interface FakeRuns {
  readonly spawn: Spawn
  readonly processes: FakeRun[]
}

/** `overrides` replaces what the processes answer. A stop is obeyed at once; closing the port ends the process. */
export function fakeRuns(overrides: Partial<Handlers<RunMethods>> = {}): FakeRuns {
  const processes: FakeRun[] = []
  return {
    processes,
    spawn: () => {
      const [near, far] = memoryPorts(structuredClone)
      const exits: ((how: string) => void)[] = []
      const calls: Calls = {
        start: [],
        command: [],
        tune: [],
        view: [],
        measure: [],
        experiment: [],
        describe: [],
        write: [],
        matmulPeak: [],
      }
      const answer: Handlers<RunMethods> = {
        start: ({ run, lab, restore, paused }) => {
          const { steps, learningRate } = lab.training
          const step = restore ? 100 : 0
          const state = paused ? 'paused' : 'running'
          fake.status = { ...idle, run, state, step, steps, learningRate, checkpoint: restore ? step : null }
          return fake.status
        },
        command: ({ command }) => {
          fake.status = { ...fake.status, state: outcomes[command] ?? fake.status.state }
          if (command === 'checkpoint') fake.status = { ...fake.status, checkpoint: fake.status.step }
          return fake.status
        },
        tune: ({ learningRate = fake.status.learningRate }) => (fake.status = { ...fake.status, learningRate }),
        view: () => undefined,
        measure: ({ steps, evaluate }) => ({
          engine: 'tfjs',
          parameters: 10,
          flopsPerStep: 1,
          milliseconds: new Array<number>(steps).fill(2),
          evaluationMilliseconds: evaluate ? 5 : null,
          peakBytes: 1e8,
          threads: 1,
        }),
        experiment: () => ({ accuracy: 1 }),
        describe: ({ task, data }) => createTask(task, data).spec,
        write: ({ request }) => ({
          prompt: request.prompt,
          written: [{ text: 'on and on', logProbability: null }],
          ...{ tokens: 9, milliseconds: 1, cached: true, engine: 'tfjs', step: 1 },
        }),
        matmulPeak: () => 1,
        ...overrides,
      }
      const server = serve(far, runMethods, runEvents, {
        start: (argument, call) => (calls.start.push(argument), answer.start(argument, call)),
        command: (argument, call) => (calls.command.push(argument), answer.command(argument, call)),
        tune: (argument, call) => (calls.tune.push(argument), answer.tune(argument, call)),
        view: (argument, call) => (calls.view.push(argument), answer.view(argument, call)),
        measure: (argument, call) => (calls.measure.push(argument), answer.measure(argument, call)),
        experiment: (argument, call) => (calls.experiment.push(argument), answer.experiment(argument, call)),
        describe: (argument, call) => (calls.describe.push(argument), answer.describe(argument, call)),
        write: (argument, call) => (calls.write.push(argument), answer.write(argument, call)),
        matmulPeak: (argument, call) => (calls.matmulPeak.push(argument), answer.matmulPeak(argument, call)),
      })
      const fake: FakeRun & { ended: string | null } = {
        calls,
        emit: (event, payload) => server.emit(event, payload),
        ended: null,
        status: idle,
        die(how: string) {
          if (fake.ended !== null) return
          fake.ended = how
          far.close()
          for (const listener of exits) setImmediate(() => listener(how))
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
