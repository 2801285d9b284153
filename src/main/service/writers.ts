/** Models that write: each time in a process of its own, from the checkpoint of a run. One thing at a time for each who asks. */
import type { EngineChoice } from '@core/contract/engine'
import type { Writing, WritingProgress, WritingRequest } from '@core/contract/writing'
import { startHelper } from './helper'
import type { Spawn } from './spawn'

export interface Model {
  /** Folder of its checkpoint. */
  readonly directory: string
  /** The learner's data that it was trained on. */
  readonly data: string | null
}

export interface WriterRequest {
  readonly engine: EngineChoice
  /** Where it is, once it is there; the process starts meanwhile. */
  readonly model: () => Promise<Model>
  readonly request: WritingRequest
  readonly onProgress: (progress: WritingProgress) => void
}

export interface Writers {
  /** Null if it was hushed, or asked for something else meanwhile. Throws LabError for what the model cannot read or write. */
  write(who: object, request: WriterRequest): Promise<Writing | null>
  /** Ends what is being written for them. */
  hush(who: object): void
  /** Ends everything. */
  close(): void
}

export function createWriters(spawn: Spawn): Writers {
  const writing = new Map<object, () => void>()
  const hush = (who: object): void => writing.get(who)?.()

  return {
    async write(who, { engine, model, request, onProgress }) {
      hush(who)
      const helper = startHelper(spawn)
      const hushed = new Error('hushed')
      const end = (): void => helper.end(hushed)
      writing.set(who, end)
      helper.on('written', onProgress)
      try {
        return await helper.ask(async (call) => call.write({ engine, request, ...(await model()) }))
      } catch (error) {
        if (error === hushed) return null
        throw error
      } finally {
        if (writing.get(who) === end) writing.delete(who)
        helper.end()
      }
    },
    hush,
    close() {
      for (const end of writing.values()) end()
    },
  }
}
