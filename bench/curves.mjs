/**
 * Curves of ten runs of 10,000 steps over each other on the Compare page: frames per second while the pointer moves over them, while they are
 * smoothed, and while other values are chosen. The goal is 60 frames per second.
 *
 * - `cursor`: one move of the pointer in every frame, with the tooltip of all curves;
 * - `smoothing`: one change of the smoothing in every frame;
 * - `series`: another series in every frame, which draws everything anew.
 *
 * Prints frames per second, the median, the 95th percentile and the slowest frame in milliseconds, the number of long tasks, and the
 * processor time of the page's main thread per frame, which other load changes less. CHECKOUT is another built version to compare with.
 *
 *     node bench/curves.mjs [--runs 10] [--steps 10000] [--seconds 5] [CHECKOUT]
 */
import { parseArgs } from 'node:util'
import { root } from '../scripts/process.mjs'
import { openWorkbench } from '../scripts/workbench.mjs'
import { makeRuns } from './many-runs.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '10' },
    steps: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '5' },
  },
})
const [count, steps, seconds] = [Number(values.runs), Number(values.steps), Number(values.seconds)]

const { page, close } = await openWorkbench({ viewport: { width: 1440, height: 900 } }, positionals[0] ?? root, (workspace) => {
  makeRuns(workspace, count, steps)
})
try {
  await page.getByTestId('gallery-empty').click()
  await page.getByTestId('gallery-empty').waitFor({ state: 'hidden' })
  await page.getByTestId('runs').click()
  const ticks = page.getByTestId('run-tick')
  await ticks.nth(count - 1).waitFor()
  for (let index = 0; index < count; index++) await ticks.nth(index).check()
  await page.getByTestId('runs-compare').click()
  await page.getByTestId(`compare-${String.fromCharCode(64 + count)}`).waitFor()
  await page.getByRole('img', { name: `${count} curves` }).waitFor()
  await page.getByTestId('compare-curves').scrollIntoViewIfNeeded()
  await page.waitForTimeout(2000)
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const spent = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN)
  }
  const measured = {}
  for (const way of /** @type {const} */ (['cursor', 'smoothing', 'series'])) {
    const before = await spent()
    const { frames, ...figures } = await record(way, seconds * 1000)
    measured[way] = { ...figures, cpuPerFrame: Number((((await spent()) - before) / frames).toFixed(1)) }
  }
  console.log(JSON.stringify({ runs: count, steps, ...measured }))
} finally {
  await close()
}

/** Does something in every frame, and counts the frames. */
function record(way, milliseconds) {
  return page.evaluate(
    async ([what, duration]) => {
      const section = document.querySelector('[data-testid="compare-curves"]')
      const chart = section.querySelector('canvas')
      const smoothing = section.querySelector('[data-testid="compare-smoothing"]')
      const series = section.querySelector('[data-testid="compare-series"]')
      const set = (field, value, event) => {
        field.value = value
        field.dispatchEvent(new Event(event, { bubbles: true }))
      }
      const act = {
        cursor(frame) {
          const { left, top, width, height } = chart.getBoundingClientRect()
          const [x, y] = [left + width * (0.5 + 0.4 * Math.sin(frame / 25)), top + height / 2]
          chart.dispatchEvent(new MouseEvent('mousemove', { bubbles: true, clientX: x, clientY: y, view: window }))
        },
        smoothing: (frame) => set(smoothing, String(((frame % 49) * 0.02).toFixed(2)), 'input'),
        series: (frame) => set(series, series.options[frame % series.options.length].value, 'change'),
      }[what]
      let tasks = 0
      const observer = new PerformanceObserver((list) => (tasks += list.getEntries().length))
      observer.observe({ type: 'longtask' })
      const frames = []
      const end = performance.now() + duration
      await new Promise((done) => {
        const draw = (now) => {
          frames.push(now)
          act(frames.length)
          if (now < end) requestAnimationFrame(draw)
          else done(undefined)
        }
        requestAnimationFrame(draw)
      })
      observer.disconnect()
      const gaps = frames.slice(1).map((now, index) => now - frames[index])
      const sorted = gaps.toSorted((a, b) => a - b)
      const rounded = (value) => Number(value.toFixed(1))
      return {
        frames: gaps.length,
        framesPerSecond: rounded((1000 * gaps.length) / (frames.at(-1) - frames[0])),
        median: rounded(sorted[sorted.length >> 1]),
        p95: rounded(sorted[Math.floor(sorted.length * 0.95)]),
        slowest: rounded(sorted.at(-1)),
        longTasks: tasks,
      }
    },
    [way, milliseconds],
  )
}
