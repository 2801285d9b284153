/**
 * Pace of redraws: combines all data into one animation frame, at most ten times a second, and less often if drawing would slow down
 * training. A hidden window is not redrawn until it is visible again.
 */
import { tryOnScopeDispose } from '@vueuse/core'

export const shortest = 100 // milliseconds
/** Maximum interval in milliseconds, however expensive drawing is. */
export const longest = 500
/** Share of all processors that drawing may use. */
export const share = 0.01
/** Milliseconds after user input during which the shortest interval applies. */
const impatience = 500

export interface Pace {
  /** Schedules a call of `show`. */
  request(): void
  /** The user waits for the next update, e.g. after choosing another sample. */
  hurry(): void
}

/** `processors` is the number of logical processors. */
export function createPace(show: () => void, processors: number): Pace {
  let wanted = false
  let timer: ReturnType<typeof setTimeout> | undefined
  /** From the request of an animation frame until it has been painted. */
  let drawing = false
  /** Time and cost of the last redraw, in milliseconds. */
  let ended = -Infinity
  let cost = 0
  let impatientUntil = -Infinity

  function request(): void {
    wanted = true
    if (drawing || document.hidden) return
    const now = performance.now()
    const affordable = now < impatientUntil ? shortest : Math.min(longest, Math.max(shortest, cost / (share * processors)))
    timer ??= setTimeout(draw, Math.max(0, ended + affordable - now))
  }

  function draw(): void {
    timer = undefined
    drawing = true
    requestAnimationFrame(() => {
      const began = performance.now()
      wanted = false
      show()
      afterDrawing(() => {
        drawing = false
        ended = performance.now()
        cost = ended - began
        if (wanted) request()
      })
    })
  }

  /** Recomputes the schedule. */
  function again(): void {
    clearTimeout(timer)
    timer = undefined
    if (wanted) request()
  }

  document.addEventListener('visibilitychange', again)
  tryOnScopeDispose(() => {
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', again)
  })
  return {
    request,
    hurry() {
      impatientUntil = performance.now() + impatience
      again()
    },
  }
}

/** Called in an animation frame; calls back once it has been styled, laid out and painted. */
function afterDrawing(done: () => void): void {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    done()
  }
  port2.postMessage(null)
}
