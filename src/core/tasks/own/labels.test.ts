/** Tables with many labels: a row stores its labels only, not a vector over all labels. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { createTask } from '..'

const rows = 40_000
const labels = 1000
/** Row i has the labels i and 7i, modulo their number. */
const table = ['text\tlabels', ...Array.from({ length: rows }, (_, i) => `${i}\tl${i % labels};l${(7 * i) % labels}`)].join(
  '\n',
)

function usedMegabytes(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 2 ** 20
}

it('uses memory for the labels of each row, not for rows × labels', () => {
  const before = usedMegabytes()
  const task = createTask({ kind: 'own-labels', params: {} }, table)
  expect(usedMegabytes() - before).toBeLessThan((rows * labels) / 2 ** 20)
  expect(task.spec.classes).toHaveLength(labels)
  const size = 32
  const { tokens, targets } = task.trainBatch(1, 1, size)
  const { length } = task.spec.signature
  const shown = (task.spec.tokeniser as { readonly vocabulary: readonly string[] }).vocabulary
  let known = 0
  for (let row = 0; row < size; row++) {
    const index = Number(shown[tokens[row * length]!])
    if (Number.isNaN(index)) continue // a text whose only word is not in the vocabulary
    known++
    const found = task.spec.classes.filter((_, id) => targets[row * labels + id] === 1)
    expect(new Set(found)).toEqual(new Set([`l${index % labels}`, `l${(7 * index) % labels}`]))
  }
  expect(known).toBeGreaterThan(0)
})
