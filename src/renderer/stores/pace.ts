/**
 * When what has arrived is shown: everything together, in one frame of the screen, at most ten times a second, and less often where
 * drawing would take time from training. A hidden window draws nothing, and all of it once it is seen again.
 */
import { tryOnScopeDispose } from '@vueuse/core'

export const shortest = 100 // milliseconds
/** However much drawing costs, it happens this often. */
export const longest = 500
/** Share of the machine's processors that drawing may take. */
export const share = 0.01
/** For so long after someone has asked for something, what arrives is shown at the shortest interval. */
const impatience = 500

export interface Pace {
  /** Has `show` called when it is time. */
  request(): void
  /** Someone waits for what comes next, e.g. has just chosen another sample. */
  hurry(): void
}

/** `processors`: how many the machine has. */
export function createPace(show: () => void, processors: number): Pace {
  let wanted = false
  let timer: ReturnType<typeof setTimeout> | undefined
  /** From the request of an animation frame until that has been drawn. */
  let drawing = false
  /** When the last drawing ended, and what it cost. */
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

  /** Reckons anew when it is time. */
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

/** For an animation frame: calls back once the browser has styled, laid out and painted it. */
function afterDrawing(done: () => void): void {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    done()
  }
  port2.postMessage(null)
}
