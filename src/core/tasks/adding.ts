/**
 * The adding problem (Hochreiter & Schmidhuber 1997, section 5.4): a sequence of numbers, two of which are marked, one per half; the target
 * is their sum. Always predicting 1 has mean squared error 1/6, the variance of the sum of two uniform numbers.
 */
import { z } from 'zod'
import type { RandomStream } from '../random/stream'
import { drawnTask } from './drawn'
import { defineTask, specOf } from './types'

const UNMARKED = '·'
const MARKED = '+'
/** Numbers are hundredths from 0.00 to 1.00, short enough to read. */
const STEPS = 100

interface Addition {
  readonly hundredths: readonly number[]
  readonly marked: readonly [number, number]
}

function draw(random: RandomStream, length: number): Addition {
  const half = Math.floor(length / 2)
  return {
    hundredths: Array.from({ length }, () => random.integer(STEPS + 1)),
    marked: [random.integer(half), half + random.integer(length - half)],
  }
}

export const adding = defineTask({
  kind: 'adding',
  params: z.strictObject({ length: z.number().int().min(4).max(128).default(16) }),
  data: 'none',
  create({ length }) {
    const isMarked = ({ marked }: Addition, place: number): number => Number(marked.includes(place))
    return drawnTask({
      kind: 'adding',
      spec: specOf({
        aim: 'number',
        length,
        padded: false,
        tokeniser: { kind: 'marked-numbers', vocabulary: [UNMARKED, MARKED] },
        classes: [],
        features: 2,
      }),
      draw: (random) => draw(random, length),
      content: ({ hundredths, marked }) => [...hundredths, ...marked],
      sample: (addition) => ({
        tokens: addition.hundredths.map((_, place) => isMarked(addition, place)),
        features: addition.hundredths.flatMap((number, place) => [number / STEPS, isMarked(addition, place)]),
        targets: [addition.marked.reduce((sum, place) => sum + addition.hundredths[place]!, 0) / STEPS],
      }),
    })
  },
})
