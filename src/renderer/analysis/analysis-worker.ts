/** Worker that runs `analyse` off the main thread and answers requests in order. */
import { toProblem } from '@core/errors'
import { analyse } from '@core/graph/analyse'
import type { Answer, Question } from './analyser'

self.addEventListener('message', ({ data }: MessageEvent<Question>) => self.postMessage(answer(data)))

function answer(question: Question): Answer {
  try {
    return { analysis: analyse(...question) }
  } catch (error) {
    return { problem: toProblem(error) }
  }
}
