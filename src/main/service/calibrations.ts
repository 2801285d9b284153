/** How fast the engines are on this machine: measured once in a process of its own, then kept in the workspace. */
import { createHash } from 'node:crypto'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { EngineChoice } from '@core/contract/engine'
import { connect } from '@core/contract/rpc'
import { runEvents, runMethods } from '@core/contract/run'
import { LabError } from '@core/errors'
import { calibrationSchema, type Calibration } from '@core/program/timing'
import { readJson, writeAtomically } from './files'
import type { Spawn } from './spawn'

/** Counts up when what is measured changes, so that old figures are not taken for new ones. */
const version = 2

export interface Calibrations {
  /**
   * Measures the first time. Throws LabError `engine.unavailable`, or `budget.busy` while the machine is `busy` with a run and the
   * engine was not measured before.
   */
  of(engine: EngineChoice, busy: boolean): Promise<Calibration>
  /** Ends what is being measured: with a run beside it, its figures would be wrong, and the run slower. */
  interrupt(): void
}

/** `onMeasure` hears when an engine is not known yet, so that a person knows what the seconds are for. */
export function createCalibrations(directory: string, spawn: Spawn, onMeasure: () => void = () => undefined): Calibrations {
  const known = new Map<string, Promise<Calibration>>()
  const measuring = new Set<() => void>()

  async function read(engine: EngineChoice, busy: boolean): Promise<Calibration> {
    const path = join(directory, `calibration-${engine}-${machine()}.json`)
    const stored = calibrationSchema.safeParse(await readJson(path).catch(() => null))
    if (stored.success) return stored.data
    if (busy) throw new LabError('budget.busy')
    onMeasure()
    const calibration = await measure(engine)
    await writeAtomically(path, JSON.stringify(calibration)).catch(() => undefined) // then it is measured again next time
    return calibration
  }

  async function measure(engine: EngineChoice): Promise<Calibration> {
    const child = spawn()
    const run = connect(child.port, runMethods, runEvents)
    let interrupt: () => void = () => undefined
    const interrupted = new Promise<never>((_, reject) => {
      interrupt = () => reject(new LabError('budget.busy'))
      child.onExit((how) => reject(new LabError('engine.unavailable', { engine, detail: how })))
    })
    measuring.add(interrupt)
    try {
      const calibrated = run.call.calibrate({ engine }).catch((error: unknown) => {
        // Its channel closes before one hears how the process ended.
        if (error instanceof LabError && error.code === 'connection-closed') return interrupted
        throw error
      })
      return await Promise.race([calibrated, interrupted])
    } finally {
      measuring.delete(interrupt)
      run.close()
      child.kill()
    }
  }

  return {
    of(engine, busy) {
      const calibration = known.get(engine) ?? read(engine, busy)
      known.set(engine, calibration)
      calibration.catch(() => known.delete(engine))
      return calibration
    },
    interrupt: () => measuring.forEach((interrupt) => interrupt()),
  }
}

/** Another processor, or another number of them, is another machine; a workspace may lie on a disk that moves. */
function machine(): string {
  const processors = cpus()
  const description = [version, process.arch, processors[0]?.model, processors.length].join()
  return createHash('sha256').update(description).digest('hex').slice(0, 8)
}
