/**
 * Cost of watching a run, and frame rate of the page. One run trains continuously and is watched alternately in three ways:
 *
 * - `headless`: no client inspects it;
 * - `looks`: a client requests the tensors of all views without drawing, to measure producing them alone;
 * - `page`: the workbench in Chromium with every view open.
 *
 * Prints medians of steps per second and their ratio to headless, then the page's long tasks and frames. On Linux also the processor use of
 * the run, the host and Chromium.
 *
 *     node bench/interface.mjs [LAB] [ROUNDS] [SECONDS] (reverse, 5, 5)
 */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { decode, encode } from '@msgpack/msgpack'
import { WebSocket } from 'ws'
import { openWorkbench } from '../scripts/workbench.mjs'

const [lab = 'reverse', rounds = '5', seconds = '5'] = process.argv.slice(2)
const ways = /** @type {const} */ (['headless', 'looks', 'page'])
const settle = 2000 // milliseconds, to exclude loading and the first looks

/** @type {Record<typeof ways[number], { stepsPerSecond: number, processors: Record<string, number> }[]>} */
const measured = { headless: [], looks: [], page: [] }
const { page, close } = await openWorkbench({ viewport: { width: 1440, height: 900 } })
try {
  page.on('dialog', (dialog) => void dialog.accept()) // leave the page with an unsaved lab
  const { address, view } = await beginRun()
  const watcher = await watch(address, view)
  for (let round = 0; round < Number(rounds); round++) {
    for (let turn = 0; turn < ways.length; turn++) {
      const way = ways[(round + turn) % ways.length] ?? 'page'
      if (way === 'page') await openViews(address)
      const client = way === 'looks' ? await viewer(address, view) : null
      await sleep(settle)
      measured[way].push(await measure(watcher))
      client?.terminate()
      if (way === 'page') await page.goto('about:blank')
    }
  }
  await openViews(address)
  await sleep(settle)
  const fluency = await recordFluency(Number(seconds) * 1000)
  watcher.socket.terminate()
  const headless = median(measured.headless.map(({ stepsPerSecond }) => stepsPerSecond))
  const summary = Object.fromEntries(ways.map((way) => [way, summaryOf(measured[way], headless)]))
  console.log(JSON.stringify({ lab, rounds: Number(rounds), seconds: Number(seconds), ...summary, fluency }, null, 2))
} finally {
  await close()
}

/** Starts a run longer than the measurement, with every view open; returns the look request of the page. */
async function beginRun() {
  /** @type {{ model: { run: string }, look: object, every: number } | null} */
  let view = null
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const { method, argument } = /** @type {any} */ (typeof payload === 'string' ? {} : decode(payload))
      if (method === 'models.look') view = argument
    }),
  )
  const address = page.url()
  await page.reload() // so that its socket is observed from the start
  await page.getByTestId(`gallery-lab-${lab}`).click()
  await page.getByTestId('training-settings').click()
  await page.getByTestId('field-steps').fill('10000000')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.getByTestId('play').click()
  await showAttention()
  await sleep(settle)
  if (!view) throw new Error('The page asked the host for no look.')
  await page.goto('about:blank')
  return { address, view }
}

/** The same window restores its lab and run. */
async function openViews(address) {
  await page.goto(address)
  await showAttention()
}

async function showAttention() {
  await page.locator('[data-testid^="node-attention"]').first().click()
  await page.getByTestId('tab-live').click()
  await page.getByTestId('attention-map').waitFor({ timeout: 60_000 })
}

/** Connects to the host like a page. */
async function connect(address) {
  const url = new URL('socket', address)
  const origin = url.origin
  url.protocol = 'ws:'
  const socket = new WebSocket(url, { origin })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return socket
}

/** Follows the progress of the run, even without any looks. */
async function watch(address, { model }) {
  const watcher = { socket: await connect(address), step: 0, time: 0 }
  stream(watcher.socket, 'runs.follow', { run: model.run }, ({ series }) => {
    const steps = series?.loss?.steps.data
    if (!steps?.length) return
    watcher.step = new DataView(steps.buffer, steps.byteOffset).getInt32(steps.length - 4, true)
    watcher.time = performance.now()
  })
  return watcher
}

async function viewer(address, argument) {
  const socket = await connect(address)
  stream(socket, 'models.look', argument, () => undefined)
  return socket
}

/** Acknowledges every part immediately, like a page. */
function stream(socket, method, argument, onPart) {
  socket.send(encode({ call: 1, method, argument }))
  socket.on('message', (data) => {
    if (!(data instanceof Buffer)) return
    const { part, payload } = /** @type {any} */ (decode(data))
    if (part !== 1) return
    onPart(payload)
    socket.send(encode({ taken: 1 }))
  })
}

/** Steps per second between two telemetry messages, and processor time. */
async function measure(watcher) {
  const from = { ...watcher, processors: processorTimes() }
  await sleep(Number(seconds) * 1000)
  const to = { ...watcher, processors: processorTimes() }
  const elapsed = (to.time - from.time) / 1000
  const processors = Object.fromEntries(
    Object.entries(to.processors).map(([name, time]) => [name, (time - (from.processors[name] ?? 0)) / elapsed]),
  )
  return { stepsPerSecond: (to.step - from.step) / elapsed, processors }
}

/** Processor seconds so far, by process; empty without /proc. */
function processorTimes() {
  const times = { run: 0, host: 0, chromium: 0 }
  if (process.platform !== 'linux') return {}
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${id}/cmdline`, 'utf8')
      const part = /worker\.js/.test(command)
        ? 'run'
        : /attention-lab\.mjs\0serve/.test(command)
          ? 'host'
          : /chrom/.test(command)
            ? 'chromium'
            : null
      const fields = readFileSync(`/proc/${id}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
      if (part) times[part] += (Number(fields[11]) + Number(fields[12])) / 100
    } catch {
      // the process has ended in the meantime
    }
  }
  return times
}

/** Long tasks and frames of the page. Requesting every frame has a cost, so throughput is measured separately. */
function recordFluency(milliseconds) {
  return page.evaluate(async (duration) => {
    const tasks = []
    const frames = []
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration)))
    observer.observe({ type: 'longtask' })
    const end = performance.now() + duration
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
      framesPerSecond: (1000 * gaps.length) / duration,
      medianFrame: gaps[gaps.length >> 1],
      slowestFrame: gaps.at(-1),
    }
  }, milliseconds)
}

function summaryOf(samples, headless) {
  const rates = samples.map(({ stepsPerSecond }) => stepsPerSecond)
  const part = (name) => median(samples.map(({ processors }) => processors[name] ?? 0))
  return {
    stepsPerSecond: rounded(median(rates)),
    least: rounded(Math.min(...rates)),
    most: rounded(Math.max(...rates)),
    ofHeadless: rounded(median(rates) / headless, 4),
    processors: Object.fromEntries(['run', 'host', 'chromium'].map((name) => [name, rounded(part(name), 3)])),
  }
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

function rounded(value, decimals = 1) {
  return Number(value.toFixed(decimals))
}
