/**
 * How fluent the interface stays while it trains: opens a built-in lab in Chromium, trains it with live views open, and records
 * the main thread's long tasks and the frames drawn.
 *
 *     node bench/interface.mjs [LAB] [SECONDS]      (reverse, 30)
 */
import { openWorkbench } from '../scripts/workbench.mjs'

const [lab = 'reverse', seconds = '30'] = process.argv.slice(2)
const { page, close } = await openWorkbench({ viewport: { width: 1440, height: 900 } })
try {
  await page.getByTestId(`gallery-lab-${lab}`).click()
  await page.getByTestId('training-settings').click()
  await page.getByTestId('field-steps').fill('10000000') // more than it gets to
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.getByTestId('play').click()
  await page.locator('[data-testid^="node-attention"]').first().click()
  await page.getByTestId('tab-live').click()
  await page.getByTestId('attention-map').waitFor({ timeout: 60_000 })
  const recording = await page.evaluate(
    async (milliseconds) => {
      const tasks = []
      const frames = []
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
        type: 'longtask',
      })
      const end = performance.now() + milliseconds
      await new Promise((resolve) => {
        const draw = (now) => {
          frames.push(now)
          if (now < end) requestAnimationFrame(draw)
          else resolve(undefined)
        }
        requestAnimationFrame(draw)
      })
      const gaps = frames.slice(1).map((now, i) => now - frames[i])
      gaps.sort((a, b) => a - b)
      return {
        longTasks: tasks.length,
        longest: Math.max(0, ...tasks),
        framesPerSecond: (1000 * gaps.length) / milliseconds,
        medianFrame: gaps[gaps.length >> 1],
        slowestFrame: gaps.at(-1),
      }
    },
    Number(seconds) * 1000,
  )
  const stepsPerSecond = await page
    .getByTestId('stat-speed')
    .textContent()
    .catch(() => null)
  console.log(JSON.stringify({ lab, seconds: Number(seconds), ...recording, stepsPerSecond }, null, 2))
} finally {
  await close()
}
