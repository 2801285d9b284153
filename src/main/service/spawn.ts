/** How a host starts a worker process: injected, as Electron and plain Node differ. */
import type { Port } from '@core/contract/port'

export interface WorkerProcess {
  readonly port: Port
  /** Kills it immediately. */
  kill(): void
  /** Receives the exit code or signal, for a message. */
  onExit(listener: (how: string) => void): void
}

export type Spawn = () => WorkerProcess
