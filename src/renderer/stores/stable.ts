/** A computed value that stays the same object while it is equal to the one before, so that nothing begins anew without need. */
import { dequal } from 'dequal/lite'
import { computed, type ComputedRef } from 'vue'

export const stable = <T>(get: () => T): ComputedRef<T> =>
  computed<T>((before) => {
    const now = get()
    return before !== undefined && dequal(before, now) ? before : now
  })
