/** Specs of tasks, cached by task and text, and checks that labs can be trained on them. */
import { LRUCache } from 'lru-cache'
import type { LabDocument } from '@core/lab/document'
import type { TaskRef } from '@core/tasks/ref'
import { isLargerThan } from '@core/graph/build'
import type { Caller } from '@core/contract/table'
import type { WorkerMethods } from '@core/contract/worker'
import { createTask } from '@core/tasks'
import type { TaskSpec } from '@core/tasks/types'
import type { DataStore } from './data'
import type { Spawn } from './spawn'
import { requireTrainable } from '@engine/trainable'
import { startWorker } from './worker'

const KEPT = 32
/** Texts of at least this many characters are analysed in another process; shorter ones take a few hundredths of a second. */
const LARGE = 50_000
/** Labs of at least this many operations are analysed in another process; smaller ones take a few hundredths of a second. */
const MANY_OPERATIONS = 250

export interface TaskSpecs {
  /** Throws LabError for an unknown kind, invalid parameters, or unsuitable text. */
  describe(task: TaskRef, data: string | null): Promise<TaskSpec>
  /** The bytes a training step takes. Throws the first reason why the lab cannot be trained, before a process is started. */
  requireTrainable(lab: LabDocument, spec: TaskSpec): Promise<number>
  /** Clears the cache, so that nothing of any text stays in memory. */
  forget(): void
}

export function createTaskSpecs(data: DataStore, spawn: Spawn): TaskSpecs {
  const known = new LRUCache<string, Promise<TaskSpec>>({ max: KEPT })
  /** One at a time for all clients, as each takes a core and memory. */
  let last: Promise<unknown> = Promise.resolve()

  async function find(task: TaskRef, id: string | null): Promise<TaskSpec> {
    const text = id === null ? null : await data.read(id)
    const spec = await specOf(task, text)
    return { ...spec, notices: [...(id === null ? [] : await data.notices(id)), ...spec.notices] }
  }
  async function specOf(task: TaskRef, text: string | null): Promise<TaskSpec> {
    if (text === null || text.length < LARGE) return createTask(task, text).spec
    return elsewhere((call) => call.describe({ task, data: text }))
  }
  function elsewhere<T>(question: (call: Caller<WorkerMethods>) => Promise<T>): Promise<T> {
    const answer = last.then(() => askWorker(question))
    last = answer.catch(() => undefined)
    return answer
  }
  async function askWorker<T>(question: (call: Caller<WorkerMethods>) => Promise<T>): Promise<T> {
    const worker = startWorker(spawn)
    try {
      return await worker.ask(question)
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
    async requireTrainable(lab, { signature }) {
      if (!isLargerThan(MANY_OPERATIONS, lab, signature)) return requireTrainable(lab, signature)
      return elsewhere((call) => call.analyse({ lab, signature }))
    },
    forget: () => known.clear(),
  }
}
