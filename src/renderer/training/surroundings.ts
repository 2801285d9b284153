/** A thread of the page as the engine's surroundings. */
import type { Surroundings } from '@engine/surroundings'
import { sha256 } from './sha256'

const { port1: listening, port2: posting } = new MessageChannel()
const waiting: (() => void)[] = []
listening.onmessage = () => waiting.shift()?.()

export const threadSurroundings: Surroundings = {
  now: () => performance.now(),
  sha256,
  // A message of its own comes after those that wait, and unlike a timer is not delayed.
  nextTurn: () =>
    new Promise((resolve) => {
      waiting.push(resolve)
      posting.postMessage(null)
    }),
}
