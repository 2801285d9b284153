/**
 * Settings that the host keeps between sessions: language, theme, layout. Read once before the first render. With several pages open, the
 * last write wins.
 */
import { inject, ref, watch, type InjectionKey, type Ref } from 'vue'
import type { z } from 'zod'
import type { MemoryKey } from '@core/contract/lab'
import { fromProblem, LabError, toProblem, type Problem } from '@core/errors'
import type { Host } from './host'
import { createKeeper } from './keeper'

export interface Memory {
  /** Why the settings could not be read, in which case none are written either; null if they were read. */
  readonly problem: Problem | null
  /** The stored value at page load. */
  recall(key: MemoryKey): string | undefined
  /** `value` is evaluated when it is written; null removes the key. */
  remember(key: MemoryKey, value: () => string | null): void
}

export const memoryKey: InjectionKey<Memory> = Symbol('memory')

const retryAfter = 1000 // milliseconds

/** Resolves once the host has answered. */
export async function openMemory(host: Host): Promise<Memory> {
  const recalled = await recallAll(host)
  // If reading fails, the page runs on defaults, which must not overwrite the stored settings.
  if (recalled instanceof LabError) return { problem: toProblem(recalled), recall: () => undefined, remember: () => undefined }
  const keeper = createKeeper<MemoryKey, string | null>(host, (key, value) => host.call['memory.remember']({ key, value }))
  return { problem: null, recall: (key) => recalled[key], remember: (key, value) => keeper.keep(key, value) }
}

async function recallAll(host: Host): Promise<Readonly<Record<string, string>> | LabError> {
  try {
    return await host.call['memory.recall']({})
  } catch (error) {
    const problem = fromProblem(toProblem(error))
    if (problem.code !== 'connection-closed') return problem
    await new Promise((resolve) => setTimeout(resolve, retryAfter))
    return recallAll(host)
  }
}

/** The memory provided to the application; also available in stores. */
export function useMemory(): Memory {
  const memory = inject(memoryKey)
  if (!memory) throw new Error('the application was set up without a memory')
  return memory
}

/** A ref that is stored on every deep change. `usual` is used if nothing valid is stored. */
export function useRemembered<T>(key: MemoryKey, schema: z.ZodType<T>, usual: T): Ref<T> {
  const memory = useMemory()
  const value = ref(parse(memory.recall(key), schema) ?? usual) as Ref<T>
  watch(value, () => memory.remember(key, () => JSON.stringify(value.value)), { deep: true, flush: 'sync' })
  return value
}

function parse<T>(text: string | undefined, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(text ?? ''))
  } catch {
    return undefined
  }
}
