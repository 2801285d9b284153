/**
 * What the page keeps with its host from one start to the next: settings, layout, the open lab. Read once, before anything is shown;
 * what changes is written soon after, and at once when the page is hidden or left. Several pages: the last to write wins.
 */
import { inject, ref, watch, type InjectionKey, type Ref } from 'vue'
import type { z } from 'zod'
import type { MemoryKey } from '@core/contract/lab'
import { toProblem } from '@core/errors'
import type { Host } from './host'

export interface Memory {
  /** As it was when the page was opened. */
  recall(key: MemoryKey): string | undefined
  /** `value` is asked for when it is written; null forgets. */
  remember(key: MemoryKey, value: () => string | null): void
}

export const memoryKey: InjectionKey<Memory> = Symbol('memory')

const writeAfter = 300 // milliseconds
const retryAfter = 1000

/** Resolves when the host has told what it remembers. */
export async function openMemory(host: Host): Promise<Memory> {
  const recalled = await recallAll(host)
  const pending = new Map<MemoryKey, () => string | null>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function write(): void {
    clearTimeout(timer)
    timer = undefined
    for (const [key, value] of pending) {
      host.call['memory.remember']({ key, value: value() }).catch(() => {
        // The connection was lost, or the disk is full: unless it has changed since, it is written with the next change.
        if (!pending.has(key)) pending.set(key, value)
      })
    }
    pending.clear()
  }

  host.onConnected(write)
  window.addEventListener('beforeunload', write)
  window.addEventListener('pagehide', write)
  document.addEventListener('visibilitychange', write)
  return {
    recall: (key) => recalled[key],
    remember(key, value) {
      pending.set(key, value)
      timer ??= setTimeout(write, writeAfter)
    },
  }
}

async function recallAll(host: Host): Promise<Readonly<Record<string, string>>> {
  try {
    return await host.call['memory.recall']({})
  } catch (error) {
    if (toProblem(error).code !== 'connection-closed') return {}
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
