/** How a host starts a worker process: injected, as Electron and plain Node do it differently. */
import type { Port } from '@core/contract/port'

export interface WorkerProcess {
  readonly port: Port
  /** At once, without asking. */
  kill(): void
  /** Its exit code or signal, for a sentence. */
  onExit(listener: (how: string) => void): void
}

export type Spawn = () => WorkerProcess
