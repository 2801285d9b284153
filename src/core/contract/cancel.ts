/** Cancellation of calls: the part of the standard AbortSignal that core needs, because no ECMAScript library declares it. */

export interface Signal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}
export interface Abort {
  readonly signal: Signal
  abort(): void
}

declare const AbortController: new () => Abort
export const newAbort = (): Abort => new AbortController()

/** Calls the listener when the signal is aborted, immediately if it already is. Returns a function that stops listening. */
export function onAbort(signal: Signal, listener: () => void): () => void {
  if (signal.aborted) listener()
  else signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}

/** Resolves when the signal is aborted. */
export const aborted = (signal: Signal): Promise<void> => new Promise((resolve) => void onAbort(signal, () => resolve()))
