/**
 * A class against one desk: pupils join, read lessons, train, and hand in, while the desk is killed in between. Reports the latency of
 * requests, the memory of the desk, and whether everybody is back with everything afterwards.
 *
 *     node bench/class.mjs [--pupils 40] [--pages 0] [--seconds 300] [--kills 2]
 *
 * `--pages` of the pupils are pages in Chromium, which train on their own device. In a class that is another computer: here Chromium has the
 * last core for itself and the desk all others (`taskset`). The others are scripted clients, which train at the desk.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { decode, encode } from '@msgpack/msgpack'
import WebSocket from 'ws'
import { findChromium } from '../scripts/chromium.mjs'
import { root } from '../scripts/process.mjs'

const { values } = parseArgs({
  options: {
    pupils: { type: 'string', default: '40' },
    pages: { type: 'string', default: '0' },
    seconds: { type: 'string', default: '300' },
    kills: { type: 'string', default: '2' },
  },
})
const [pupils, pages, seconds, kills] = [values.pupils, values.pages, values.seconds, values.kills].map(Number)
const port = 7171
const origin = `http://127.0.0.1:${port}`
const home = mkdtempSync(join(tmpdir(), 'attention-lab-class-'))
const lab = JSON.parse(readFileSync(join(root, 'resources', 'labs', 'single-head.json'), 'utf8'))
const short = { ...lab, training: { ...lab.training, steps: 100 } }

/** Cores of the desk, and of the pages, for `taskset`. */
const last = availableParallelism() - 1
const cores = { desk: last > 0 ? `0-${last - 1}` : '0', pages: String(last) }

/** @type {{ host: import('node:child_process').ChildProcess, code: string, address: string }} */
let desk
async function open() {
  const host = spawn(
    'taskset',
    [
      '-c',
      cores.desk,
      process.execPath,
      join(root, 'bin/attention-lab.mjs'),
      'desk',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--json',
    ],
    {
      env: { ...process.env, ATTENTION_LAB_HOME: home },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  const [first] = await once(host.stdout, 'data')
  const { code, address } = JSON.parse(String(first).trim().split('\n').at(-1))
  desk = { host, code, address }
}

/** Milliseconds of each answered request, by method. */
const latencies = new Map()
const measured = (method, from) => latencies.set(method, [...(latencies.get(method) ?? []), performance.now() - from])

/** One connection to the desk, which reconnects as a page does. */
class Client {
  calls = 0
  pending = new Map()
  constructor(key) {
    this.key = key
  }
  async connect(path = '/socket', protocols = null) {
    if (protocols === null) {
      const response = await fetch(`${origin}/door/back`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key: this.key }),
      })
      const { ticket } = await response.json()
      protocols = ['attention-lab', ticket]
    }
    this.socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { origin })
    this.socket.on('close', () => {
      for (const { reject } of this.pending.values()) reject(new Error('closed'))
      this.pending.clear()
    })
    this.socket.on('error', () => undefined)
    this.socket.on('message', (data) => {
      const message = /** @type {any} */ (decode(data))
      if (message.part !== undefined) {
        this.socket.send(encode({ taken: message.part }))
        this.pending.get(message.part)?.onPart?.(message.payload)
      } else if (message.reply !== undefined) {
        const call = this.pending.get(message.reply)
        this.pending.delete(message.reply)
        if (!call) return
        measured(call.method, call.from)
        if (message.problem) call.reject(new Error(message.problem.code))
        else call.resolve(message.result)
      }
    })
    await once(this.socket, 'open')
  }
  call(method, argument = {}, onPart = undefined) {
    const id = ++this.calls
    return new Promise((resolve, reject) => {
      if (this.socket.readyState !== WebSocket.OPEN) return reject(new Error('closed'))
      this.pending.set(id, { method, from: performance.now(), resolve, reject, onPart })
      this.socket.send(encode({ call: id, method, argument }))
    })
  }
}

/** Repeats what fails because the desk is away; other failures are faults. */
async function always(client, work) {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!/closed|fetch failed|ECONNREFUSED|socket hang up/.test(String(error))) throw error
      await new Promise((resolve) => setTimeout(resolve, 500))
      await client.connect().catch(() => undefined)
    }
  }
}

const until = performance.now() + 1000 * seconds
const faults = []
const kept = new Map()
let trained = 0
let trainedInPages = 0
let handedIn = 0
async function pupil(number) {
  const response = await fetch(`${origin}/door/enter`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: `Pupil ${number}`, code: desk.code }),
  })
  const client = new Client((await response.json()).key)
  await client.connect()
  for (let round = 1; performance.now() < until; round++) {
    const progress = { screen: round, done: [`piece-${round}`], answers: { round }, time: Date.now() }
    await always(client, () => client.call('progress.keep', { lesson: 'scaling', progress }))
    kept.set(client.key, round)
    await always(client, () => client.call('lessons.list', { language: 'zh' }))
    await always(client, () => client.call('labs.read', { id: 'reverse' }))
    const known = await always(client, () => client.call('runs.start', { lab: short, engine: 'auto', data: null })).catch(
      (error) => {
        if (!/class\.runs/.test(String(error))) throw error
        return null
      },
    )
    if (known) trained++
    if (round % 5 === 1) {
      const id = `${client.key.toLowerCase().replaceAll(/[^0-9a-f]/g, '0')}-${round}`.padEnd(8, '0')
      const kit = await always(client, () => client.call('class.takeKit'))
      await always(client, () => client.call('class.handIn', { id, kit: kit.id, runs: [] }))
      handedIn++
    }
    await new Promise((resolve) => setTimeout(resolve, 1000 + 1000 * Math.random()))
  }
  return client
}

await open()
const teacher = new Client('')
const asTeacher = async () => {
  await teacher.connect(`${new URL(desk.address).pathname}socket`, [])
  teacher.call('class.watch', {}, () => undefined).catch(() => undefined)
}
await asTeacher()
const spec = {
  format: 'attention-lab-kit-spec',
  version: 1,
  title: 'Bench',
  summary: '',
  due: null,
  lessons: ['scaling'],
  lessonsInOrder: false,
  assignments: [],
  hidden: {},
  rubric: [],
}
const { teachers } = await teacher.call('kits.make', { spec, labs: {}, texts: {} })
const { id: kit } = await teacher.call('kits.add', { bytes: teachers })
await teacher.call('class.change', { kit })

/** Megabytes of the desk every two seconds, since each start. */
const memory = [[]]
const timer = setInterval(() => {
  try {
    memory.at(-1).push(Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${desk.host.pid}/status`, 'utf8'))?.[1]) / 1024)
  } catch {
    // between a kill and the next start
  }
}, 2000)

const browser = pages > 0 ? await startPages() : null
async function startPages() {
  const { chromium } = await import('playwright')
  const found = await findChromium()
  const confined = join(home, 'chromium.sh')
  const command = `taskset -c ${cores.pages} "${found?.path ?? chromium.executablePath()}"`
  writeFileSync(confined, `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 })
  return chromium.launch({
    executablePath: confined,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
}
/** A page joins, opens a lab, and trains it again and again on its device until the end; then it must still be connected. */
async function page(number) {
  const opened = await (await browser.newContext()).newPage()
  opened.setDefaultTimeout(120_000)
  await opened.goto(origin)
  await opened.getByTestId('door-name').fill(`Page ${number}`)
  await opened.getByTestId('door-code').fill(desk.code)
  await opened.getByTestId('door-enter').click()
  await opened.getByTestId('door-continue').click()
  await opened.locator('[data-testid="workbench"][aria-busy="false"]').waitFor({ state: 'attached' })
  await opened.getByTestId('kits').waitFor() // has arrived
  await opened.keyboard.press('Escape')
  await opened.getByTestId('logo').click()
  await opened.getByTestId('gallery-lab-single-head').click()
  await opened.getByTestId('play').click()
  while (performance.now() < until) {
    const again = opened.getByTestId('again')
    if (await again.isVisible()) {
      await again.click()
      trainedInPages++
    }
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  const stop = opened.getByTestId('stop')
  if (await stop.isEnabled()) await stop.click()
  await opened.getByTestId('ask-for-help').click({ force: true })
  return true
}

/** Runs of pages that the desk does not have completely, from the first to the last step. */
function incomplete() {
  const folders = readdirSync(join(home, 'workspaces')).flatMap((workspace) => {
    const runs = join(home, 'workspaces', workspace, 'runs')
    return readdirSync(runs).map((run) => join(runs, run))
  })
  return folders.filter((folder) => {
    const { status } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))
    if (status.place !== 'page') return false
    const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n')
    const steps = new Set(lines.map((line) => JSON.parse(line).step).filter(Boolean))
    const isWhole = steps.size === status.step && Math.max(...steps) === status.step
    return !isWhole || !['finished', 'stopped'].includes(status.state) || status.checkpoint !== status.step
  })
}

const working = Array.from({ length: pupils - pages }, (_, i) => pupil(i + 1).catch((error) => void faults.push(String(error))))
const looking = Array.from({ length: pages }, (_, i) =>
  page(i + 1).catch((error) => void faults.push(`page: ${String(error).split('\n')[0]}`)),
)
for (let kill = 1; kill <= kills; kill++) {
  await new Promise((resolve) => setTimeout(resolve, (1000 * seconds) / (kills + 1)))
  desk.host.kill('SIGKILL')
  await once(desk.host, 'exit')
  memory.push([])
  await open()
  await asTeacher()
  await teacher.call('class.change', { kit })
}
const clients = (await Promise.all(working)).filter(Boolean)
await Promise.all(looking)
// The last reports of the pages, which all train on one core here.
const patience = performance.now() + 60_000
do await new Promise((resolve) => setTimeout(resolve, 1000))
while (incomplete().length > 0 && performance.now() < patience)
clearInterval(timer)

let lost = 0
for (const client of clients) {
  const { scaling } = await always(client, () => client.call('progress.recall'))
  if (scaling?.answers?.round !== kept.get(client.key)) lost++
}
const works = await teacher.call('class.works')
const all = [...latencies.entries()].filter(([method]) => !/watch|takeKit|handIn/.test(method)).flatMap(([, times]) => times)
const share = (list, part) => list.toSorted((a, b) => a - b)[Math.floor(part * (list.length - 1))]?.toFixed(0)
console.log(
  JSON.stringify({
    ...{
      pupils,
      pages,
      seconds,
      kills,
      requests: all.length,
      trained,
      trainedInPages,
      incomplete: incomplete().length,
      handedIn,
      works: works.length,
      lost,
      faults: faults.length,
    },
    ...{ p50: share(all, 0.5), p95: share(all, 0.95), p99: share(all, 0.99) },
    ...{ kitP95: share([...(latencies.get('class.takeKit') ?? []), ...(latencies.get('class.handIn') ?? [])], 0.95) },
    // For each start: after 20 s, in the middle, and at the end.
    memory: memory.map((each) =>
      [10, Math.floor(each.length / 2), each.length - 3].map((at) => share(each.slice(at, at + 3), 0.5)),
    ),
    workspaces: readdirSync(join(home, 'workspaces')).length,
  }),
)
for (const fault of new Set(faults)) console.error(fault)
await browser?.close()
desk.host.kill()
await once(desk.host, 'exit')
rmSync(home, { recursive: true, force: true, maxRetries: 5 })
process.exit(0)
