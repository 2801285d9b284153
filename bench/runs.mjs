/**
 * The list of runs and their comparison, with many runs on the disk.
 *
 * - `open`: from the click until the list is painted; the first time, and again;
 * - `filter`: from a keystroke in the filter until what it finds is painted;
 * - `compare`: from the click until the figures of ten runs are painted.
 *
 * Milliseconds are medians of the rounds, with the slowest.
 *
 *     node bench/runs.mjs [--runs 500] [--steps 10000] [--rounds 7]
 */
import { parseArgs } from 'node:util'
import { root } from '../scripts/process.mjs'
import { openWorkbench } from '../scripts/workbench.mjs'
import { makeRuns } from './many-runs.mjs'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '500' },
    steps: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '7' },
  },
})
const [count, steps, rounds] = [Number(values.runs), Number(values.steps), Number(values.rounds)]

const { page, close } = await openWorkbench({ viewport: { width: 1440, height: 900 } }, root, (workspace) => {
  makeRuns(workspace, count, steps)
})
try {
  await page.getByTestId('gallery-empty').click()
  await page.waitForTimeout(1500) // the list of runs has arrived
  const open = []
  for (let round = 0; round < rounds; round++) {
    open.push(await timed('runs', '[data-testid="run-list"] li'))
    if (round < rounds - 1) await page.keyboard.press('Escape')
    await page.waitForTimeout(300)
  }
  const filter = []
  for (const text of ['r', 'ru', 'run', 'run 1', 'run 19', 'run 1', 't3', '', 'note', '']) filter.push(await typed(text))
  const ticks = page.getByTestId('run-tick')
  for (let index = 0; index < 10; index++) await ticks.nth(index).check()
  const compare = await timed('runs-compare', '[data-testid="compare-J"]')
  console.log(JSON.stringify({ runs: count, steps, first: open[0], open: figures(open), filter: figures(filter), compare }))
} finally {
  await close()
}

/** Milliseconds from a click until something that it brings is painted. */
function timed(testId, selector) {
  return page.evaluate(
    ([id, wanted]) =>
      new Promise((done) => {
        const began = performance.now()
        document.querySelector(`[data-testid="${id}"]`).click()
        const look = () =>
          document.querySelector(wanted)
            ? requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)))
            : setTimeout(look)
        look()
      }),
    [testId, selector],
  )
}

/** Milliseconds from a change of the filter until its result is painted. */
function typed(text) {
  return page.evaluate(
    (value) =>
      new Promise((done) => {
        const field = document.querySelector('[data-testid="runs-filter"]')
        const began = performance.now()
        field.value = value
        field.dispatchEvent(new Event('input', { bubbles: true }))
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)))
      }),
    text,
  )
}

/** @param {readonly number[]} all */
function figures(all) {
  const sorted = [...all].sort((a, b) => a - b)
  return { median: Math.round(sorted[sorted.length >> 1]), slowest: Math.round(sorted.at(-1)) }
}
