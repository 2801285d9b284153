/** How a host starts a run's process: injected, as Electron and plain Node do it differently. */
import type { Port } from '@core/contract/port'

export interface RunProcess {
  readonly port: Port
  /** At once, without asking. */
  kill(): void
  /** How it ended: its code or signal, for a sentence. */
  onExit(listener: (how: string) => void): void
}

export type Spawn = () => RunProcess
