/** Unlimited undo and redo over immutable documents, which are shared, never copied. */
export interface History<T> {
  readonly past: readonly T[]
  readonly present: T
  readonly future: readonly T[]
}

export const startHistory = <T>(present: T): History<T> => ({ past: [], present, future: [] })

/** Adds a state; an identical state is not a step. */
export function record<T>(history: History<T>, next: T): History<T> {
  return next === history.present ? history : { past: [...history.past, history.present], present: next, future: [] }
}

export function undo<T>(history: History<T>): History<T> {
  const previous = history.past.at(-1)
  if (previous === undefined) return history
  return { past: history.past.slice(0, -1), present: previous, future: [history.present, ...history.future] }
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...rest] = history.future
  if (next === undefined) return history
  return { past: [...history.past, history.present], present: next, future: rest }
}

/** Replaces the present state without an undo step; past and future are kept. */
export const replacePresent = <T>(history: History<T>, present: T): History<T> =>
  present === history.present ? history : { ...history, present }
