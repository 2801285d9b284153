/**
 * How fluent the interface stays while it trains: opens a built-in lab in Chromium, trains it with live views open, and records
 * the main thread's long tasks and the frames drawn.
 *
 *     node bench/interface.mjs [LAB] [SECONDS]      (reverse, 30)
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { findChromium } from '../scripts/chromium.mjs'

const [lab = 'reverse', seconds = '30'] = process.argv.slice(2)
const workspace = mkdtempSync(join(tmpdir(), 'attention-lab-bench-'))
const command = join(import.meta.dirname, '..', 'bin', 'attention-lab.mjs')
const host = spawn(process.execPath, [command, 'serve'], {
  env: { ...process.env, ATTENTION_LAB_HOME: workspace },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const address = await new Promise((resolve) => {
  host.stdout.on('data', (chunk) => {
    const [match] = /http:\/\/\S+/.exec(String(chunk)) ?? []
    if (match) resolve(match)
  })
})
const found = await findChromium()
const browser = await chromium.launch({
  ...(found ? { executablePath: found.path } : {}),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(address)
  await page.getByTestId(`gallery-lab-${lab}`).click()
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
  await browser.close()
  host.kill()
  await new Promise((resolve) => host.once('exit', resolve))
  rmSync(workspace, { recursive: true, force: true, maxRetries: 5 })
}
