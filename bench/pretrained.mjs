/**
 * A pretrained model of Hugging Face, from its folder to the first tokens: time and memory of importing and generating, beside transformers.
 * node bench/pretrained.mjs FOLDER [PYTHON]
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const [folder, python = 'python3'] = process.argv.slice(2)
if (!folder) throw new Error('usage: node bench/pretrained.mjs FOLDER [PYTHON]')
const root = resolve(import.meta.dirname, '..')
const home = mkdtempSync(join(tmpdir(), 'attention-lab-pretrained-'))
const out = join(home, 'imported')

/** Runs to the end; seconds, largest resident memory (Linux), and what it printed. */
function run(command, args) {
  return new Promise((done, fail) => {
    const began = performance.now()
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, HF_HUB_OFFLINE: '1' } })
    let [printed, peak] = ['', 0]
    const poll = setInterval(() => {
      try {
        const [, kilobytes = 0] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? []
        peak = Math.max(peak, Number(kilobytes) / 2 ** 20)
      } catch {
        // over, or no Linux
      }
    }, 20)
    child.stdout.on('data', (part) => (printed += part))
    child.on('error', fail)
    child.on('exit', (code) => {
      clearInterval(poll)
      if (code === 0) done({ seconds: (performance.now() - began) / 1000, gigabytes: peak, printed })
      else fail(new Error(`${command} ${args.join(' ')} ended with ${code}`))
    })
  })
}
const lab = (...args) => run(process.execPath, [join(root, 'bin/attention-lab.mjs'), ...args])
const last = ({ printed }) => JSON.parse(printed.trim().split('\n').at(-1))
const row = (name, { seconds, gigabytes }, more = '') =>
  console.log(`${name.padEnd(38)} ${seconds.toFixed(1).padStart(6)} s ${gigabytes.toFixed(2).padStart(6)} GB  ${more}`)

try {
  row('import', await lab('import', folder, '--out', out))
  const prompt = ['--prompt', 'Attention is', '--temperature', '0', '--json']
  row('process start to the first token', await lab('generate', out, '--length', '1', ...prompt))
  const long = await lab('generate', out, '--length', '100', ...prompt)
  row('100 tokens with cached keys and values', long, `${last(long).tokensPerSecond.toFixed(1)} tokens/s`)
  const theirs = await run(python, [join(root, 'bench/peers/pretrained.py'), folder])
  const { first, rate } = last(theirs)
  row('transformers', theirs, `first token after ${first.toFixed(1)} s, ${rate.toFixed(1)} tokens/s`)
} finally {
  rmSync(home, { recursive: true, force: true })
}
