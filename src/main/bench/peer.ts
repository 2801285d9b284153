/** The same models in other libraries: scripts beside the benchmark that exchange JSON lines. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { z } from 'zod'
import type { StandardModel } from '@core/models/standard-models'
import { NotThere, type Contender } from './contender'

const ready = z.object({ version: z.string(), threads: z.number(), gigaflops: z.number() })
const taken = z.object({ milliseconds: z.array(z.number()), peakBytes: z.number() })

/** The script of each peer and the commands that may run it, in order of preference. */
const peers = {
  pytorch: { script: 'pytorch.py', commands: ['python3', '/usr/bin/python3', 'python'] },
  plainTfjs: { script: 'plain-tfjs.mjs', commands: [process.execPath] },
} as const
export type PeerName = keyof typeof peers

/** Throws NotThere with the reason, e.g. the library's own message. */
export async function startPeer(name: PeerName, model: StandardModel, directory: string): Promise<Contender> {
  const { script, commands } = peers[name]
  const path = join(directory, script)
  if (!existsSync(path)) throw new NotThere(path)
  let reason = ''
  for (const command of commands) {
    try {
      return await start(command, path, model)
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error)
    }
  }
  throw new NotThere(reason)
}

async function start(command: string, script: string, model: StandardModel): Promise<Contender> {
  const child = spawn(command, [script, JSON.stringify(model)], { stdio: ['pipe', 'pipe', 'pipe'] })
  const ask = conversation(child)
  const { version, threads, gigaflops } = ready.parse(await ask(null))
  let peak = 0
  return {
    description: version,
    threads: () => threads,
    gigaflops: gigaflops || null,
    async steps(count) {
      const { milliseconds, peakBytes } = taken.parse(await ask({ steps: count }))
      peak = peakBytes
      return milliseconds
    },
    peakBytes: () => peak,
    end: () => child.kill('SIGKILL'),
  }
}

/** Sends a question as a line of JSON and returns the answer; null only waits for the line sent at startup. */
function conversation(child: ChildProcessByStdio<Writable, Readable, Readable>): (question: unknown) => Promise<unknown> {
  let complaint = ''
  let failed: Error | null = null
  let waiting: { resolve: (line: string) => void; reject: (error: Error) => void } | null = null
  const fail = (error: Error): void => {
    failed = error
    waiting?.reject(error)
  }
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)))
  child.stdin.on('error', fail)
  child.on('error', fail)
  child.on('close', (code) => fail(new Error(complaint.trim().split('\n').at(-1) || `exit code ${code}`)))
  createInterface({ input: child.stdout }).on('line', (line) => waiting?.resolve(line))
  return async (question) => {
    const line = await new Promise<string>((resolve, reject) => {
      waiting = { resolve, reject }
      if (failed) reject(failed)
      else if (question !== null) child.stdin.write(`${JSON.stringify(question)}\n`)
    })
    return JSON.parse(line) as unknown
  }
}
