/** What tasks look like, without keeping them: specs by task and text. */
import { LRUCache } from 'lru-cache'
import type { LabDocument } from '@core/lab/document'
import type { TaskRef } from '@core/tasks/ref'
import { fromProblem, LabError } from '@core/errors'
import { analyse } from '@core/graph/analyse'
import type { Analysis } from '@core/graph/analysis'
import { createTask } from '@core/tasks'
import type { TaskSpec } from '@core/tasks/types'
import type { DataStore } from './data'
import type { Spawn } from './spawn'
import { startWorker } from './worker'

const KEPT = 32
/** Characters from which on a text is looked at in another process: here it would hold up every window. */
const LARGE = 2_000_000
/** What a worker can hold: TensorFlow.js's WASM heap ends at 4 GB. */
const MAXIMUM_BYTES = 3.5 * 2 ** 30

export interface TaskSpecs {
  /** Throws LabError: unknown kind, parameters that do not fit, text that will not do. */
  describe(task: TaskRef, data: string | null): Promise<TaskSpec>
  /** Nothing of any text stays in memory. */
  forget(): void
}

export function createTaskSpecs(data: DataStore, spawn: Spawn): TaskSpecs {
  const known = new LRUCache<string, Promise<TaskSpec>>({ max: KEPT })

  async function find(task: TaskRef, id: string | null): Promise<TaskSpec> {
    const text = id === null ? null : await data.read(id)
    const spec = await specOf(task, text)
    return { ...spec, notices: [...(id === null ? [] : await data.notices(id)), ...spec.notices] }
  }
  async function specOf(task: TaskRef, text: string | null): Promise<TaskSpec> {
    if (text === null || text.length < LARGE) return createTask(task, text).spec
    const worker = startWorker(spawn)
    try {
      return await worker.ask((call) => call.describe({ task, data: text }))
    } finally {
      worker.end()
    }
  }

  return {
    describe(task, id) {
      const key = JSON.stringify([task, id])
      const spec = known.get(key) ?? find(task, id)
      known.set(key, spec)
      spec.catch(() => known.delete(key))
      return spec
    },
    forget: () => known.clear(),
  }
}

/** Throws the first reason why a lab cannot be trained, so that no process is started in vain. */
export function requireTrainable(lab: LabDocument, spec: TaskSpec): Analysis {
  const analysis = analyse(lab, spec.signature)
  const { problems, bytes } = analysis
  const [problem] = problems
  if (problem) throw fromProblem(problem)
  requireHeld(bytes)
  return analysis
}

/** Throws LabError `run.too-large` for more memory than a worker can hold. */
export function requireHeld(bytes: number): void {
  if (bytes <= MAXIMUM_BYTES) return
  const gigabytes = (size: number): number => Math.round(size / 2 ** 30)
  throw new LabError('run.too-large', { needed: gigabytes(bytes), available: gigabytes(MAXIMUM_BYTES) })
}
