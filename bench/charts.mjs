/**
 * Performance of the loss chart for long runs: sends the page in Chromium a history of steps, then 100 more steps ten times a second, as
 * from a fast run, and records the cost of an update, long tasks, and the page's memory.
 *
 *     node bench/charts.mjs [SECONDS] (5)
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { decode, encode, ExtData } from '@msgpack/msgpack'
import { openWorkbench } from '../scripts/workbench.mjs'

const seconds = Number(process.argv[2] ?? 5)
const perBatch = 100
const every = 100 // milliseconds
const evaluateEvery = 500

for (const steps of [1000, 100_000, 1_000_000]) {
  const { page, close } = await openWorkbench({ viewport: { width: 1440, height: 900 } })
  try {
    console.log(JSON.stringify(await record(page, steps)))
  } finally {
    await close()
  }
}

/** @param {import('playwright').Page} page */
async function record(page, steps) {
  /** @type {import('playwright').WebSocketRoute | undefined} */
  let socket
  /** Id of the call with which the page follows its run. */
  let following = 0
  await page.routeWebSocket(/socket$/, (route) => {
    socket = route
    const host = route.connectToServer()
    route.onMessage((message) => {
      const { call, method } = /** @type {any} */ (typeof message === 'string' ? {} : decode(message))
      if (method === 'runs.follow') following = call
      host.send(message)
    })
    host.onMessage((message) => route.send(message))
  })
  await page.reload()
  await page.getByTestId('gallery-lab-reverse').click()
  await page.getByTestId('step').click() // a paused run, so that all further messages come from here
  await page.locator('[data-testid="stat-step"]:text-is("1")').waitFor()

  let sent = 1
  const sendSteps = (count) => {
    socket?.send(Buffer.from(encode({ part: following, payload: telemetry(sent + 1, count) })))
    sent += count
  }
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const metrics = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]))
  }
  /** Includes typed arrays, which are outside the JavaScript heap. */
  const memory = async () => {
    await session.send('HeapProfiler.collectGarbage')
    const { usedSize, backingStorageSize = 0 } = await session.send('Runtime.getHeapUsage')
    return usedSize + backingStorageSize
  }
  const empty = await memory()
  await page.evaluate(() => {
    const site = /** @type {any} */ (globalThis)
    site.tasks = []
    site.drawn = 0
    new PerformanceObserver((list) => site.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
    })
    // The chart's description changes with every redraw.
    const chart = site.document.querySelector('.loss-chart [aria-label]')
    new site.MutationObserver(() => site.drawn++).observe(chart, { attributeFilter: ['aria-label'] })
  })
  const longTasks = () => page.evaluate(() => /** @type {any} */ (globalThis).tasks.splice(0))
  const drawings = () => page.evaluate(() => /** @type {any} */ (globalThis).drawn)

  // In chunks, because delivering all of it at once would itself be a long task in the page.
  while (sent < steps) {
    sendSteps(Math.min(25_000, steps - sent))
    await sleep(every)
  }
  await sleep(2000)
  const history = await longTasks()
  const drawnBefore = await drawings()
  const before = await metrics()
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(every)) sendSteps(perBatch)
  const after = await metrics()
  const [live, drawn] = [await longTasks(), (await drawings()) - drawnBefore]
  return {
    steps,
    reading: { longest: Math.max(0, ...history) },
    live: {
      updatesPerSecond: Number((drawn / seconds).toFixed(1)),
      millisecondsPerUpdate: Number(((1000 * (after.TaskDuration - before.TaskDuration)) / Math.max(1, drawn)).toFixed(1)),
      longTasks: live.length,
      longest: Math.max(0, ...live),
    },
    megabytes: Number((((await memory()) - empty) / 1e6).toFixed(1)),
  }
}

/** A decreasing loss with noise and occasional spikes, validated every `evaluateEvery` steps. */
function telemetry(firstStep, count) {
  const steps = Int32Array.from({ length: count }, (_, i) => firstStep + i)
  const losses = Float32Array.from(
    steps,
    (step) => 3 / (1 + step / 5000) + ((step * 7919) % 101) / 500 + (step % 9973 === 0 ? 2 : 0),
  )
  const evaluated = steps.filter((step) => step % evaluateEvery === 0)
  const points = (steps, values) => ({ steps: extension(2, steps), values: extension(1, values) })
  return {
    series: {
      loss: points(steps, losses),
      accuracy: points(
        steps,
        losses.map((loss) => 1 / (1 + loss)),
      ),
      'validation/loss': points(
        evaluated,
        Float32Array.from(evaluated, (step) => 3 / (1 + step / 5000)),
      ),
      'validation/accuracy': points(
        evaluated,
        Float32Array.from(evaluated, (step) => 1 - 1 / (1 + step / 5000)),
      ),
    },
    stepsPerSecond: 1000,
  }
}

const extension = (type, array) => new ExtData(type, new Uint8Array(array.buffer))
