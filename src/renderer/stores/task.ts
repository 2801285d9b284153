/** The lab's task as described by the host, which has the custom data. Requested when the task or its data change. */
import { dequal } from 'dequal/lite'
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { toProblem, type Problem } from '@core/errors'
import type { TaskRef } from '@core/tasks/ref'
import type { TaskSpec } from '@core/tasks/types'
import { useHost } from '../api/host'
import { useLab } from './lab'

export const useTask = defineStore('task', () => {
  const host = useHost()
  const lab = useLab()
  /** Null until the host has answered for the open lab. */
  const spec = shallowRef<TaskSpec | null>(null)
  /** Why the task is invalid; `spec` is then the previous one. */
  const problem = shallowRef<Problem | null>(null)

  let asked = 0
  let answer: Promise<void> = Promise.resolve()
  function ask(): void {
    if (lab.document) answer = describe(++asked, lab.document.task)
  }
  async function describe(question: number, task: TaskRef): Promise<void> {
    try {
      const described = await host.call['task.describe']({ task, data: lab.dataId })
      if (question !== asked) return
      spec.value = described
      problem.value = null
    } catch (error) {
      if (question === asked) problem.value = toProblem(error)
    }
  }
  /** Resolves when the current task, or its problem, is known. */
  async function settle(): Promise<void> {
    for (let question = 0; question !== asked;) {
      question = asked
      await answer
    }
  }

  /** The task of the lab; the same object while it is unchanged. */
  const chosen = computed<TaskRef | null>((before) => {
    const now = lab.document?.task ?? null
    return before && dequal(before, now) ? before : now
  })
  watch(
    [() => lab.opened, chosen, () => lab.dataId],
    ([opened], [before]) => {
      if (opened !== before) spec.value = null
      ask()
    },
    { flush: 'sync' },
  )
  host.onConnected(ask)

  return { chosen, spec, problem, settle }
})
