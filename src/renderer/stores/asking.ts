/** A question about the model on screen that takes a while: at most one at a time, with progress, cancelled by the next. */
import { shallowRef } from 'vue'
import type { Progress } from '@core/contract/progress'
import type { CallOptions } from '@core/contract/table'
import { toProblem, type Problem } from '@core/errors'

export function useAsking() {
  const progress = shallowRef<Progress | null>(null)
  const busy = shallowRef(false)
  const problem = shallowRef<Problem | null>(null)
  let asked = new AbortController()

  /** Cancels the previous question. Resolves when there is an answer or a problem; `onAnswer` is not called if it was cancelled. */
  async function ask<T>(
    question: (options: CallOptions<Progress>) => Promise<T>,
    onAnswer: (answer: T) => void,
  ): Promise<void> {
    cancel()
    const { signal } = (asked = new AbortController())
    busy.value = true
    problem.value = null
    try {
      const answer = await question({ signal, onPart: (part) => void (progress.value = part) })
      if (!signal.aborted) onAnswer(answer)
    } catch (error) {
      if (!signal.aborted) problem.value = toProblem(error)
    } finally {
      if (!signal.aborted) rest()
    }
  }
  function rest(): void {
    busy.value = false
    progress.value = null
  }
  function cancel(): void {
    asked.abort()
    rest()
  }

  return { progress, busy, problem, ask, cancel }
}
