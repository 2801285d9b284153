/** Short messages at the edge of the window. An error stays until it is closed; the rest go by themselves. */
import { dequal } from 'dequal/lite'
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { toProblem, type Problem } from '@core/errors'
import { namesBlocks } from '../locales/problems'

/** A text key of the interface, or a problem; worded when shown, so that a language switch changes it too. */
export interface Notice {
  readonly id: number
  readonly content: { readonly key: string; readonly params?: Readonly<Record<string, string | number>> } | Problem
  /** What was attempted, where it can be attempted again: a failure goes when the next attempt is over. */
  readonly attempt?: string | undefined
}

export const useNotices = defineStore('notices', () => {
  const notices = shallowRef<readonly Notice[]>([])
  let count = 0

  function add(content: Notice['content'], milliseconds?: number, attempt?: string): void {
    const id = ++count
    notices.value = [...notices.value.filter((notice) => !dequal(notice.content, content)), { id, content, attempt }].slice(-4)
    if (milliseconds) setTimeout(() => dismiss(id), milliseconds)
  }
  function dismiss(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id)
  }
  /** A sentence that confirms something. */
  const tell = (key: string, params?: Readonly<Record<string, string | number>>): void =>
    add(params ? { key, params } : { key }, 4000)
  /** What went wrong. */
  const fail = (error: unknown): void => add(toProblem(error))
  /** A problem that is plain data already, e.g. of the graph; with a time, it goes by itself. */
  const report = (problem: Problem, milliseconds?: number): void => add(problem, milliseconds)
  /** Runs something that may fail; a failure becomes a notice, in place of that of an earlier attempt at the same, and undefined. */
  async function attempt<T>(action: () => Promise<T>, name?: string): Promise<T | undefined> {
    const forget = (): void => {
      if (name) notices.value = notices.value.filter((notice) => notice.attempt !== name)
    }
    try {
      const result = await action()
      forget()
      return result
    } catch (error) {
      forget()
      add(toProblem(error), undefined, name)
      return undefined
    }
  }
  /** Another lab is opened: what is said of blocks is about this one. */
  function forgetBlocks(): void {
    notices.value = notices.value.filter(({ content }) => !('code' in content && namesBlocks(content)))
  }
  return { notices, tell, fail, report, attempt, dismiss, forgetBlocks }
})
