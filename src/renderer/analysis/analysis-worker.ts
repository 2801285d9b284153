/** Analyses labs away from the page: takes what `analyse` takes, and answers in the order in which it is asked. */
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
