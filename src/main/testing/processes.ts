/** For tests: the service over real, built run processes (needs `npm run build`), and what the system says of processes. */
import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { labEvents, labMethods, type LabEvents, type LabMethods, type RunState, type RunStatus } from '@core/contract/lab'
import { memoryPorts } from '@core/contract/memory-port'
import { connect, type Connection } from '@core/contract/rpc'
import { pageHost } from '../service/page-host'
import { createService } from '../service/service'
import type { RunProcess } from '../service/spawn'
import { forkRuns } from '../service/spawn-fork'

const root = resolve(import.meta.dirname, '../../..')
const description = { kind: 'browser', version: '0.0.0', platform: 'test', dialogs: false, engines: [] } as const

export interface RealHost extends Connection<LabMethods, LabEvents> {
  /** All run processes so far, the newest last. */
  readonly processes: readonly RunProcess[]
  statusOf(run: string): Promise<RunStatus>
  /** Resolves when the run is in one of the states. */
  until(run: string, ...states: RunState[]): Promise<RunStatus>
  /** Ends the service. */
  end(): Promise<void>
}

export async function realHost(workspace: string): Promise<RealHost> {
  const processes: RunProcess[] = []
  const fork = forkRuns(join(root, 'out/main/run.js'))
  const service = await createService({
    workspace,
    labs: join(root, 'resources/labs'),
    spawn: () => {
      const started = fork()
      processes.push(started)
      return started
    },
  })
  const [near, far] = memoryPorts(structuredClone)
  service.connect(far, pageHost(description))
  const host = connect(near, labMethods, labEvents)
  const statusOf = async (run: string): Promise<RunStatus> => (await host.call['runs.history']({ run })).status
  return {
    ...host,
    processes,
    statusOf,
    until: (run, ...states) =>
      new Promise((found) => {
        const check = (status: RunStatus): void => {
          if (status.run === run && states.includes(status.state)) {
            stop()
            found(status)
          }
        }
        const stop = host.on('run.status', check)
        void statusOf(run).then(check)
      }),
    end: () => service.close(),
  }
}

/** Id and command line of the processes that this one started and that have not ended. */
export function childrenOf(parent: number): { id: number; command: string }[] {
  return listProcesses().filter((one) => one.parent === parent)
}

export const isAlive = (id: number): boolean => listProcesses().some((one) => one.id === id)

/** Those that have ended and wait to be taken note of are left out. */
function listProcesses(): { id: number; parent: number; command: string }[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line)!)
    .filter(([, , , state]) => !state!.startsWith('Z'))
    .map(([, id, parent, , command]) => ({ id: Number(id), parent: Number(parent), command: command! }))
}
