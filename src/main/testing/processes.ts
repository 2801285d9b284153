/** For tests: the service with real, built workers (needs `npm run build`), and the processes that the system lists. */
import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import type { RunState, RunStatus } from '@core/contract/runs'
import { createService, type ServiceOptions } from '../service/service'
import type { WorkerProcess } from '../service/spawn'
import { forkWorkers } from '../service/spawn-fork'
import { clientOf, follow, type LabClient } from '../service/testing/clients'

const root = resolve(import.meta.dirname, '../../..')

export interface RealHost extends LabClient {
  /** All workers started so far, the newest last. */
  readonly processes: readonly (WorkerProcess & { readonly ended: Promise<string> })[]
  statusOf(run: string): Promise<RunStatus>
  /** Resolves when the run is in one of the states. */
  until(run: string, ...states: RunState[]): Promise<RunStatus>
  /** Another client with its own connection. */
  client(): LabClient
  /** Closes the service. */
  end(): Promise<void>
}

const anyState = ['queued', 'starting', 'running', 'paused', 'finished', 'stopped', 'failed', 'interrupted'] as const

/** Without `startsAhead`, all processes are those of runs and models. */
export async function realHost(
  home: string,
  options: Pick<ServiceOptions, 'stopLimit' | 'startsAhead'> = {},
): Promise<RealHost> {
  const processes: (WorkerProcess & { readonly ended: Promise<string> })[] = []
  const fork = forkWorkers(join(root, 'out/main/worker.js'))
  const service = await createService({
    home,
    labs: join(root, 'resources/labs'),
    ...options,
    spawn: () => {
      const started = fork()
      processes.push({ ...started, ended: new Promise((resolve) => started.onExit(resolve)) })
      return started
    },
    log: (where, error) => console.error(`${where}:`, error),
  })
  const host = clientOf(service)
  async function until(run: string, ...states: readonly RunState[]): Promise<RunStatus> {
    const followed = follow(host, run)
    const status = await followed.until(...states)
    followed.stop()
    return status
  }
  return {
    ...host,
    processes,
    statusOf: (run) => until(run, ...anyState),
    until,
    client: () => clientOf(service),
    end: () => service.close(),
  }
}

/** Id and command line of the child processes that are still running. */
export function childrenOf(parent: number): { id: number; command: string }[] {
  return listProcesses().filter((one) => one.parent === parent)
}

export const isAlive = (id: number): boolean => listProcesses().some((one) => one.id === id)

/** Leaves out zombies. */
function listProcesses(): { id: number; parent: number; command: string }[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line)!)
    .filter(([, , , state]) => !state!.startsWith('Z'))
    .map(([, id, parent, , command]) => ({ id: Number(id), parent: Number(parent), command: command! }))
}
