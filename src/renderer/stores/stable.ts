/** A computed value that keeps its object while deeply equal, so that watchers do not run without a change. */
import { dequal } from 'dequal/lite'
import { computed, type ComputedRef } from 'vue'

export const stable = <T>(get: () => T): ComputedRef<T> =>
  computed<T>((before) => {
    const now = get()
    return before !== undefined && dequal(before, now) ? before : now
  })
