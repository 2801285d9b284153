/**
 * From `npm start -- --browser` on a built clone to a workbench that can be used, and from a click on Train to the first step of a small lab.
 * Chromium is running already. Prints a JSON line for each round, and the medians. Milliseconds:
 *
 * - `address`: from the start of the process until the host prints its address;
 * - `ready`: from the same until the workbench is no longer busy;
 * - `page`: from the navigation until then;
 * - `first`, `again`: from the click on Train until the page shows the first step of a run; of a new host, and of a second run in it.
 *
 *     node bench/start.mjs [--runs 0,500] [--rounds 5] [CHECKOUT…]
 *
 * With several checkouts, each is started in turns.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright'
import { findChromium } from '../scripts/chromium.mjs'
import { root } from '../scripts/process.mjs'
import { makeRuns } from './many-runs.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '0,500' }, rounds: { type: 'string', default: '5' } },
})
const checkouts = positionals.length > 0 ? positionals.map((path) => resolve(path)) : [root]

const found = await findChromium()
const browser = await chromium.launch({
  ...(found ? { executablePath: found.path } : {}),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})

/** One start with a new workspace of so many runs. */
async function start(checkout, runs) {
  const workspace = mkdtempSync(join(tmpdir(), 'attention-lab-start-'))
  if (runs > 0) makeRuns(workspace, runs, 1000)
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  const began = performance.now()
  const host = spawn(process.execPath, [join(checkout, 'scripts', 'start.mjs'), '--browser'], {
    cwd: checkout,
    env: { ...process.env, ATTENTION_LAB_HOME: workspace, DISPLAY: '', WAYLAND_DISPLAY: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const url = await new Promise((done, fail) => {
      host.once('exit', (code) => fail(new Error(`the host ended with code ${code}`)))
      host.stdout.on('data', (chunk) => {
        const [match] = /http:\/\/\S+/.exec(String(chunk)) ?? []
        if (match) done(match)
      })
    })
    const address = performance.now() - began
    await page.goto(url, { waitUntil: 'commit' })
    await page.waitForSelector('[data-testid="workbench"][aria-busy="false"]', { state: 'attached' })
    const ready = performance.now() - began
    await page.getByTestId('gallery-lab-reverse').click()
    await page.waitForTimeout(3000) // the budget is measured, and the reader reads
    const first = await train(page)
    await page.getByTestId('stop').click()
    await page.getByTestId('again').waitFor()
    await page.waitForTimeout(1500)
    const again = await train(page, 'again')
    await page.getByTestId('stop').click()
    return { address, ready, page: ready - address, first, again }
  } finally {
    await context.close()
    if (host.exitCode === null && host.kill()) await once(host, 'exit')
    rmSync(workspace, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Milliseconds from a click until a step is shown. Waits in the page, where nothing else takes part. */
function train(page, button = 'play') {
  return page.evaluate(
    (id) =>
      new Promise((done) => {
        const began = performance.now()
        document.querySelector(`[data-testid="${id}"]`).click()
        const shown = () => Number(document.querySelector('[data-testid="stat-step"]')?.textContent?.replace(/\D/g, '') ?? 0)
        const before = shown()
        const look = () => {
          const now = shown()
          if (now > 0 && (now !== before || before === 0)) done(performance.now() - began)
          else setTimeout(look, 2)
        }
        look()
      }),
    button,
  )
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
for (const runs of values.runs.split(',').map(Number)) {
  const rounds = new Map(checkouts.map((checkout) => [checkout, []]))
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const checkout of checkouts) rounds.get(checkout).push(await start(checkout, runs))
  }
  for (const [checkout, all] of rounds) {
    const medians = Object.keys(all[0]).map((key) => [key, Math.round(median(all.map((each) => each[key])))])
    console.log(JSON.stringify({ checkout, runs, rounds: all.length, ...Object.fromEntries(medians) }))
  }
}
await browser.close()
