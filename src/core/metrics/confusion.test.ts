/** The samples behind a confusion matrix, and the classes shown where there are many. Counts are compared with scikit-learn in metrics.test.ts. */
import { describe, expect, it } from 'vitest'
import type { Batch } from '../tasks/types'
import { ConfusionCounts, hasConfusion, mostConfused } from './confusion'
import type { AnswerShape } from './counts'

const shape = (task: Partial<AnswerShape>): AnswerShape => ({
  ...{ aim: 'sequence', length: 1, classes: 3, causal: false, written: null },
  ...task,
})
const batch = (targets: readonly number[], mask?: readonly number[]): Batch => ({
  tokens: new Int32Array(mask?.length ?? targets.length),
  targets: Int32Array.from(targets),
  ...(mask && { mask: Float32Array.from(mask) }),
})
const names = Array.from({ length: 200 }, (_, id) => `class ${id}`)

describe('the samples of a cell', () => {
  it('are indices into the validation set, once each, and their occurrences are counted', () => {
    const counts = new ConfusionCounts(shape({ aim: 'tokens', length: 3 }))
    counts.add(batch([0, 0, 1, 2, 2, 2], [1, 1, 1, 1, 1, 0]), [1, 1, 1, 2, 0, 0], 10, 2)
    counts.add(batch([0, 1, 2, 0, 0, 0]), [0, 1, 2, 1, 1, 1], 12, 1)
    const { cells, classes } = counts.summary(names)
    expect(cells).toEqual([
      { target: 0, prediction: 0, count: 1, samples: [12] },
      { target: 0, prediction: 1, count: 2, samples: [10] },
      { target: 1, prediction: 1, count: 2, samples: [10, 12] },
      { target: 2, prediction: 0, count: 1, samples: [11] },
      { target: 2, prediction: 2, count: 2, samples: [11, 12] },
    ])
    expect(classes[0]).toMatchObject({
      ...{ id: 0, name: 'class 0', support: 3, recall: 1 / 3, precision: 1 / 2 },
      hit: { count: 1, samples: [12] },
      missed: { count: 2, samples: [10] },
      spurious: { count: 1, samples: [11] },
    })
    expect(counts.samples).toBe(3)
  })
  it('are 100 at most', () => {
    const counts = new ConfusionCounts(shape({}))
    for (let sample = 0; sample < 150; sample++) counts.add(batch([0]), [1], sample, 1)
    const [cell] = counts.summary(names).cells
    expect([cell?.count, cell?.samples.length, cell?.samples.at(-1)]).toEqual([150, 100, 99])
  })
})

describe('the baseline of a class', () => {
  it('is that of the most frequent class', () => {
    const counts = new ConfusionCounts(shape({ classes: 2 }))
    counts.add(batch([1, 1, 1, 0]), [0, 0, 0, 0], 0, 4)
    const [none, most] = counts.summary(names).classes
    expect(none?.baseline).toEqual({ precision: 0, recall: 0, f1: 0 })
    expect(most?.baseline).toEqual({ precision: 3 / 4, recall: 1, f1: expect.closeTo(6 / 7, 12) as number })
  })
  it('is the majority of each label', () => {
    const counts = new ConfusionCounts(shape({ aim: 'labels', classes: 2 }))
    counts.add({ tokens: new Int32Array(4), targets: Float32Array.of(1, 0, 1, 0, 1, 1, 0, 1) }, new Float32Array(8), 0, 4)
    const [often, half] = counts.summary(names).classes
    expect(often?.baseline).toMatchObject({ precision: 3 / 4, recall: 1 })
    expect(half?.baseline).toMatchObject({ precision: 0, recall: 0 })
    expect(often?.missed).toEqual({ count: 3, samples: [0, 1, 2] })
  })
})

it('more classes than can be shown are those with the most errors, in the order of their ids', () => {
  const counts = new ConfusionCounts(shape({ classes: 200 }))
  const wrong = Array.from({ length: mostConfused }, (_, index) => 199 - 4 * index)
  wrong.forEach((id, sample) => counts.add(batch([id]), [wrong[(sample + 1) % wrong.length]!], sample, 1))
  counts.add(batch([0]), [0], 99, 1)
  const { total, classes, cells } = counts.summary(names)
  expect(total).toBe(200)
  expect(classes.map(({ id }) => id)).toEqual([...wrong].sort((a, b) => a - b))
  expect(cells).toHaveLength(mostConfused)
})

it('numbers and vocabularies are not confused', () => {
  expect([hasConfusion(shape({})), hasConfusion(shape({ aim: 'labels' }))]).toEqual([true, true])
  expect([hasConfusion(shape({ aim: 'number', classes: 0 })), hasConfusion(shape({ causal: true }))]).toEqual([false, false])
})
