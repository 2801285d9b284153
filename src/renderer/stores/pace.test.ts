// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPace, longest, share, shortest, type Pace } from './pace'

const processors = 4
/** Simulated drawing time in milliseconds. */
let cost: number
let hidden: boolean
let shown: number[]
let pace: Pace

beforeEach(() => {
  vi.useFakeTimers()
  cost = 0
  hidden = false
  const mine: number[] = []
  shown = mine // paces of earlier tests still listen to visibility changes
  // Vitest's fake timers do not cover message channels; this one answers when the frame has been drawn.
  vi.stubGlobal(
    'MessageChannel',
    class {
      readonly port1 = { onmessage: () => undefined, close: () => undefined }
      readonly port2 = { postMessage: () => setTimeout(() => this.port1.onmessage(), cost) }
    },
  )
  vi.spyOn(document, 'hidden', 'get').mockImplementation(() => hidden)
  pace = createPace(() => mine.push(performance.now()), processors)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const see = (is: boolean) => {
  hidden = !is
  document.dispatchEvent(new Event('visibilitychange'))
}
/** Requests a redraw every 10 ms for this long. */
function arrives(milliseconds: number): void {
  for (let i = 0; i < milliseconds / 10; i++) {
    pace.request()
    vi.advanceTimersByTime(10)
  }
}
const frame = 17 // milliseconds: upper bound until the next animation frame

describe('createPace', () => {
  it('shows the first request at once, and nothing without requests', () => {
    pace.request()
    vi.advanceTimersByTime(frame)
    expect(shown).toHaveLength(1)
    vi.advanceTimersByTime(10_000)
    expect(shown).toHaveLength(1)
  })

  it('combines requests into at most ten redraws per second', () => {
    arrives(3000)
    expect(shown.length).toBeGreaterThan(24)
    expect(shown.length).toBeLessThanOrEqual(3000 / shortest + 1)
  })

  it('limits drawing to its share of the CPU', () => {
    cost = 20
    arrives(10_000)
    const interval = cost / (share * processors) // half a second
    expect(shown.length).toBeGreaterThan(0.85 * (10_000 / (interval + cost)))
    expect(shown.length * cost).toBeLessThanOrEqual(10_000 * share * processors + cost)
  })

  it('never exceeds the maximum interval, however expensive drawing is', () => {
    cost = 200
    arrives(12_000)
    expect(shown.length).toBeGreaterThanOrEqual(9)
    expect(shown.length).toBeLessThanOrEqual(12_000 / longest)
  })

  it('does not request a frame before the previous one is drawn', () => {
    cost = 5000
    arrives(4000)
    expect(shown).toHaveLength(1)
  })

  it('shows sooner after user input', () => {
    cost = 40 // an interval of one second without the limit
    pace.request()
    vi.advanceTimersByTime(frame + cost)
    vi.advanceTimersByTime(150)
    pace.request()
    vi.advanceTimersByTime(100)
    expect(shown).toHaveLength(1)
    pace.hurry()
    vi.advanceTimersByTime(frame)
    expect(shown).toHaveLength(2)
  })

  it('draws nothing in a hidden window, and pending data once it is visible again', () => {
    pace.request()
    vi.advanceTimersByTime(200)
    see(false)
    arrives(5000)
    expect(shown).toHaveLength(1)
    see(true)
    vi.advanceTimersByTime(frame)
    expect(shown).toHaveLength(2)
    see(false)
    see(true)
    vi.advanceTimersByTime(5000)
    expect(shown).toHaveLength(2) // nothing new
  })
})
