// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPace, longest, share, shortest, type Pace } from './pace'

const processors = 4
/** Milliseconds that drawing takes. */
let cost: number
let hidden: boolean
let shown: number[]
let pace: Pace

beforeEach(() => {
  vi.useFakeTimers()
  cost = 0
  hidden = false
  const mine: number[] = []
  shown = mine // the page's visibility is heard by the paces of earlier tests, too
  // Vitest's clock does not know message channels: one that answers when the frame has been drawn.
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
/** Something arrives every 10 milliseconds, for so long. */
function arrives(milliseconds: number): void {
  for (let i = 0; i < milliseconds / 10; i++) {
    pace.request()
    vi.advanceTimersByTime(10)
  }
}
const frame = 17 // milliseconds, at most, until a frame of the screen

describe('the pace of showing', () => {
  it('shows at once what comes first, and nothing when nothing comes', () => {
    pace.request()
    vi.advanceTimersByTime(frame)
    expect(shown).toHaveLength(1)
    vi.advanceTimersByTime(10_000)
    expect(shown).toHaveLength(1)
  })

  it('gathers what comes, for at most ten times a second', () => {
    arrives(3000)
    expect(shown.length).toBeGreaterThan(24)
    expect(shown.length).toBeLessThanOrEqual(3000 / shortest + 1)
  })

  it('takes no more of the machine than its share, however long drawing takes', () => {
    cost = 20
    arrives(10_000)
    const interval = cost / (share * processors) // half a second
    expect(shown.length).toBeGreaterThan(0.85 * (10_000 / (interval + cost)))
    expect(shown.length * cost).toBeLessThanOrEqual(10_000 * share * processors + cost)
  })

  it('still shows once a second where that is dear', () => {
    cost = 200
    arrives(12_000)
    expect(shown.length).toBeGreaterThanOrEqual(9)
    expect(shown.length).toBeLessThanOrEqual(12_000 / longest)
  })

  it('never asks for a frame before the one before it is drawn', () => {
    cost = 5000
    arrives(4000)
    expect(shown).toHaveLength(1)
  })

  it('does not keep waiting who has asked for something', () => {
    cost = 40 // a second
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

  it('shows nothing in a hidden window, and what has come since as soon as it is seen again', () => {
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
