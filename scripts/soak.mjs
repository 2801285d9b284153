/**
 * `npm run soak`: trains with both engines at once for ten minutes and monitors the memory of the run's process. Fails if it keeps growing
 * after warm-up. `npm run soak -- 1` takes a minute. For Linux and macOS.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureBuilt, ensureInstalled } from './prepare.mjs'
import { endWithUs, main, root } from './process.mjs'

const engines = ['onnxruntime', 'tfjs']
const samples = 100
/** Growth from the second fifth to the last that counts as flat, because caches and garbage collection cause fluctuations. */
const allowance = { share: 1.05, megabytes: 8 }

await main(async () => {
  const minutes = Number(process.argv[2] ?? 10)
  await ensureInstalled()
  await ensureBuilt()
  const folder = mkdtempSync(join(tmpdir(), 'attention-lab-soak-'))
  try {
    const results = await Promise.all(engines.map((engine) => soak(engine, minutes, join(folder, engine))))
    for (const result of results) console.log(JSON.stringify(result))
    return results.every(({ flat }) => flat) ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

async function soak(engine, minutes, out) {
  const script = join(root, 'bin', 'attention-lab.mjs')
  const command = [script, 'train', 'reverse', '--steps', '10000000', '--engine', engine, '--out', out, '--json']
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] })
  const release = endWithUs(child)
  let steps = 0
  createInterface({ input: child.stdout }).on('line', (line) => (steps = JSON.parse(line).step ?? steps))
  try {
    while (steps === 0 && child.exitCode === null) await sleep(100)
    const run = runProcessOf(child.pid)
    const began = { steps, time: Date.now() }
    const memory = []
    for (let i = 0; i < samples; i++) {
      await sleep((minutes * 60_000) / samples)
      memory.push(residentMegabytes(run))
    }
    const part = (number) => median(memory.slice((number * samples) / 5, ((number + 1) * samples) / 5))
    const [warm, end] = [part(1), part(4)]
    return {
      engine,
      minutes,
      steps,
      stepsPerSecond: Math.round((1000 * (steps - began.steps)) / (Date.now() - began.time)),
      megabytesAfterWarmUp: warm,
      megabytesAtTheEnd: end,
      most: Math.max(...memory),
      flat: end <= warm * allowance.share + allowance.megabytes,
    }
  } finally {
    release()
    child.kill('SIGINT')
    await new Promise((resolve) => (child.exitCode === null ? child.once('close', resolve) : resolve(0)))
  }
}

function list(...columns) {
  return execFileSync('ps', ['-A', '-o', columns.map((name) => `${name}=`).join(',')], { encoding: 'utf8' })
}

/** Id of the training process. */
function runProcessOf(parent) {
  const line = list('pid', 'ppid', 'args')
    .split('\n')
    .find((one) => new RegExp(`^\\s*\\d+\\s+${parent}\\s.*worker\\.js`).test(one))
  if (!line) throw new Error('the run has no process')
  return Number(line.trim().split(/\s+/)[0])
}

function residentMegabytes(id) {
  return Math.round(Number(execFileSync('ps', ['-o', 'rss=', '-p', String(id)], { encoding: 'utf8' })) / 1024)
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}
