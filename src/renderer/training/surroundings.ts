/** Engine surroundings for a worker of the page. */
import type { Surroundings } from '@engine/surroundings'
import { sha256 } from './sha256'

const { port1: listening, port2: posting } = new MessageChannel()
const waiting: (() => void)[] = []
listening.onmessage = () => waiting.shift()?.()

export const threadSurroundings: Surroundings = {
  now: () => performance.now(),
  sha256,
  // A posted message queues behind pending ones and, unlike a timer, is not throttled.
  nextTurn: () =>
    new Promise((resolve) => {
      waiting.push(resolve)
      posting.postMessage(null)
    }),
}
