/** What every piece needs: whether it is done, and what the learner answered. */
import { computed, type WritableComputedRef } from 'vue'
import type { z } from 'zod'
import { useLessons } from '../../stores/lessons'

/** Answers come from a file that another version may have written; what does not fit the schema counts as none. */
export function usePiece<T>(id: () => string, schema: z.ZodType<T>, none: T) {
  const lessons = useLessons()
  const answer: WritableComputedRef<T> = computed({
    get: () => {
      const read = schema.safeParse(lessons.answerOf(id()))
      return read.success ? read.data : none
    },
    set: (value) => lessons.answer(id(), value),
  })
  return { answer, done: computed(() => lessons.done.has(id())), complete: () => lessons.complete(id()) }
}
