/** Runs other programs from the scripts to their end, with a timeout and without leaving processes behind. Node built-ins only. */
/** @import { ChildProcess } from 'node:child_process' */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** An expected failure: its message is printed without a stack trace. */
export class Refusal extends Error {}

/** Runs a script's main function; a refusal prints its message and exits with code 1. */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0
  } catch (error) {
    console.error(error instanceof Refusal ? error.message : error)
    process.exitCode = 1
  }
}

/**
 * Runs a program to its end. Its output is shown, or collected and returned. `timeout` is in milliseconds; `onStart` receives the child.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ show?: boolean, env?: NodeJS.ProcessEnv, timeout?: number, shell?: boolean, onStart?: (child: ChildProcess) => void }} [options]
 * @returns {Promise<{ code: number, output: string, timedOut: boolean }>} `code` is 127 if the program does not exist
 */
export function run(command, args, { show = false, env = {}, timeout = 0, shell = false, onStart } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      shell,
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
      windowsHide: true,
    })
    const release = endWithUs(child)
    const output = []
    child.stdout?.on('data', (chunk) => output.push(chunk))
    child.stderr?.on('data', (chunk) => output.push(chunk))
    let timedOut = false
    const expire = () => {
      timedOut = true
      child.kill('SIGKILL')
    }
    const timer = timeout > 0 ? setTimeout(expire, timeout) : undefined
    const finish = (code, message = '') => {
      clearTimeout(timer)
      release()
      resolve({ code, output: Buffer.concat(output).toString() + message, timedOut })
    }
    child.once('error', (error) => finish(127, error.message))
    child.once('close', (code, signal) => finish(code ?? 128 + (signal ? constants.signals[signal] : 0)))
    onStart?.(child)
  })
}

/** Runs a Node script, given by its path inside the project. Options as for `run`. */
export const runNode = (script, args, options = {}) => run(process.execPath, [script, ...args], options)

/** Kills a child when this process ends. Returns a function that undoes this. */
export function endWithUs(child) {
  const end = () => child.kill()
  const leave = (signal) => process.exit(128 + constants.signals[signal])
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  process.on('exit', end)
  for (const signal of signals) process.on(signal, leave)
  return () => {
    process.off('exit', end)
    for (const signal of signals) process.off(signal, leave)
  }
}
