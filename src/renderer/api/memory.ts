/**
 * Settings that the page keeps with its host from one start to the next: language, theme, layout. Read once, before anything is
 * shown. Several pages: the last to write wins.
 */
import { inject, ref, watch, type InjectionKey, type Ref } from 'vue'
import type { z } from 'zod'
import type { MemoryKey } from '@core/contract/lab'
import { fromProblem, LabError, toProblem, type Problem } from '@core/errors'
import type { Host } from './host'
import { createKeeper } from './keeper'

export interface Memory {
  /** Why nothing could be recalled, and nothing is remembered; null if all is well. */
  readonly problem: Problem | null
  /** As it was when the page was opened. */
  recall(key: MemoryKey): string | undefined
  /** `value` is asked for when it is written; null forgets. */
  remember(key: MemoryKey, value: () => string | null): void
}

export const memoryKey: InjectionKey<Memory> = Symbol('memory')

const retryAfter = 1000 // milliseconds

/** Resolves when the host has answered. */
export async function openMemory(host: Host): Promise<Memory> {
  const recalled = await recallAll(host)
  // Without what was remembered the page shows its usual settings: those must not take the place of the person's own.
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

/** The memory given to the application; also within stores. */
export function useMemory(): Memory {
  const memory = inject(memoryKey)
  if (!memory) throw new Error('the application was set up without a memory')
  return memory
}

/** A ref whose value is remembered, deeply. `usual` is its value where there is none, or none that fits the schema. */
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
