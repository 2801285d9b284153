/**
 * The past of a run: what keeping moments costs, and how soon any step is seen again. Trains `characters` with and without moments in turns, then
 * asks a finished run for steps in scattered order: the nearest kept one, as while the rail is dragged, and the exact one.
 *
 *     node bench/time.mjs [--steps 2000] [--rounds 3] [--looks 20]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { decode, encode } from '@msgpack/msgpack'
import WebSocket from 'ws'
import { root } from '../scripts/process.mjs'

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '3' },
    looks: { type: 'string', default: '20' },
  },
})
const [steps, rounds, looks] = [values.steps, values.rounds, values.looks].map(Number)
const home = mkdtempSync(join(tmpdir(), 'attention-lab-time-'))
const host = spawn(process.execPath, [join(root, 'bin/attention-lab.mjs'), 'serve', '--json'], {
  env: { ...process.env, ATTENTION_LAB_HOME: home },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const [first] = await once(host.stdout, 'data')
const { address } = JSON.parse(String(first).trim().split('\n').at(-1))
const socket = new WebSocket(new URL('socket', address.replace('http', 'ws')), { origin: new URL(address).origin })
await once(socket, 'open')
let calls = 0
const pending = new Map()
socket.on('message', (data) => {
  const message = /** @type {any} */ (decode(data))
  if (message.part !== undefined) {
    socket.send(encode({ taken: message.part }))
    pending.get(message.part)?.onPart?.(message.payload)
  } else if (message.reply !== undefined) {
    const call = pending.get(message.reply)
    pending.delete(message.reply)
    if (message.problem) call?.reject(new Error(message.problem.code))
    else call?.resolve(message.result)
  }
})
/** @returns {Promise<any>} */
function call(method, argument = {}, onPart = undefined) {
  const id = ++calls
  socket.send(encode({ call: id, method, argument }))
  return new Promise((resolve, reject) => pending.set(id, { resolve, reject, onPart }))
}
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]

const characters = await call('labs.read', { id: 'characters' })
const lab = { ...characters, training: { ...characters.training, steps } }
/** Trains to the end; returns the run and the milliseconds per step that it reports. */
async function train(moments) {
  const { run } = await call('runs.start', { lab, engine: 'auto', data: null, moments })
  const began = performance.now()
  const summary = await new Promise((resolve) => {
    void call('runs.follow', { run }, (part) => part.summary && resolve(part.summary))
  })
  return { run, seconds: (performance.now() - began) / 1000, msPerStep: summary.msPerStep }
}

const seconds = { with: [], without: [] }
let kept = ''
for (let round = 0; round < rounds; round++) {
  const order = round % 2 === 0 ? ['with', 'without'] : ['without', 'with']
  for (const way of order) {
    const done = await train(way === 'with' ? 200 : 0)
    seconds[way].push(done.seconds)
    if (way === 'with') kept = done.run
  }
}
const { steps: moments, bytes, most } = await call('runs.moments', { run: kept })
const scattered = Array.from({ length: looks }, (_, index) => (index * 7919 + 13) % (steps + 1))
async function look(step, nearest) {
  const began = performance.now()
  await call('models.look', { model: { run: kept, step, nearest }, look: { inputs: [{ sample: 0 }] } })
  return performance.now() - began
}
await look(1, true) // opens the model
const nearest = []
const exact = []
for (const step of scattered) nearest.push(await look(step, true))
for (const step of scattered) exact.push(await look(step, false))
console.log(
  JSON.stringify({
    ...{ steps, rounds, secondsWith: median(seconds.with), secondsWithout: median(seconds.without) },
    ratio: median(seconds.with) / median(seconds.without),
    ...{ moments: moments.length, megabytes: bytes / 2 ** 20, most: most / 2 ** 20 },
    ...{
      nearestMs: median(nearest),
      nearestWorst: Math.max(...nearest),
      exactMs: median(exact),
      exactWorst: Math.max(...exact),
    },
  }),
)
socket.close()
host.kill()
await once(host, 'exit')
rmSync(home, { recursive: true, force: true, maxRetries: 5 })
process.exit(0)
