/** Toasts. An error stays until closed; others disappear after a while. One can offer an action, such as undoing what it tells. */
import { dequal } from 'dequal/lite'
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { toProblem, type Problem } from '@core/errors'
import { namesBlocks } from '../locales/problems'

/** A text key or a problem; translated on display, so that it follows the language. */
export interface Notice {
  readonly id: number
  readonly content: { readonly key: string; readonly params?: Readonly<Record<string, string | number>> } | Problem
  /** Name of a repeatable attempt; its failure notice is removed when the next attempt ends. */
  readonly attempt?: string | undefined
  /** Its button; `key` is its text. Closes the notice. */
  readonly action?: { readonly key: string; readonly perform: () => void } | undefined
}

/** How many are shown at a time. Those with an action are never displaced. */
const mostShown = 4

export const useNotices = defineStore('notices', () => {
  const notices = shallowRef<readonly Notice[]>([])
  let count = 0

  function add(content: Notice['content'], milliseconds?: number, more: Pick<Notice, 'attempt' | 'action'> = {}): void {
    const id = ++count
    const all = [...notices.value.filter((notice) => !dequal(notice.content, content)), { id, content, ...more }]
    notices.value = all.filter(({ action }, index) => action || index >= all.length - mostShown)
    if (milliseconds) setTimeout(() => dismiss(id), milliseconds)
  }
  function dismiss(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id)
  }
  /** Shows a confirmation. */
  const tell = (key: string, params?: Readonly<Record<string, string | number>>): void =>
    add(params ? { key, params } : { key }, 4000)
  /** Shows a confirmation with an action, for so long. */
  const offer = (
    key: string,
    params: Readonly<Record<string, string | number>>,
    action: NonNullable<Notice['action']>,
    milliseconds: number,
  ): void => add({ key, params }, milliseconds, { action })
  /** Shows an error. */
  const fail = (error: unknown): void => add(toProblem(error))
  /** Shows a problem that is already plain data, e.g. of the graph; disappears after the given time, if any. */
  const report = (problem: Problem, milliseconds?: number): void => add(problem, milliseconds)
  /** Runs an action. A failure becomes a notice, replacing that of an earlier attempt of this name, and returns undefined. */
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
      add(toProblem(error), undefined, { attempt: name })
      return undefined
    }
  }
  /** Removes notices that name blocks of the previous lab. */
  function forgetBlocks(): void {
    notices.value = notices.value.filter(({ content }) => !('code' in content && namesBlocks(content)))
  }
  return { notices, tell, offer, fail, report, attempt, dismiss, forgetBlocks }
})
