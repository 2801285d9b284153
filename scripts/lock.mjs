/** Mutual exclusion across processes: a lock file with its owner's process id, broken when that process has ended. */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal, root } from './process.mjs'

const patience = 20 * 60_000 // milliseconds: a first install over a slow connection
const grace = 5_000 // milliseconds: owners write their id immediately; a lock still without one is abandoned

/** Runs `body` while holding the named lock. Waits for another holder, and takes over if that has ended. */
export async function withLock(name, body) {
  const path = join(root, `.${name}.lock`)
  const deadline = Date.now() + patience
  for (let announced = false; !acquire(path); announced = true) {
    if (breakIfAbandoned(path)) continue
    if (!announced) console.error(`Waiting for another process to finish its ${name}.`)
    if (Date.now() > deadline)
      throw new Refusal(`Another process has held ${path} for 20 minutes. If none runs, delete that file.`)
    await sleep(200)
  }
  const release = () => rmSync(path, { force: true })
  process.on('exit', release)
  try {
    return await body()
  } finally {
    process.off('exit', release)
    release()
  }
}

function acquire(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** Moves an abandoned lock aside. Two waiters may race, so the moved lock is checked again and restored if its owner is running. */
function breakIfAbandoned(path) {
  const aside = `${path}.${process.pid}`
  try {
    if (!isAbandoned(path)) return false
    renameSync(path, aside)
    if (isAbandoned(aside)) rmSync(aside)
    else renameSync(aside, path)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error // released or broken by another process in the meantime
  }
  return true
}

function isAbandoned(path) {
  const owner = Number(readFileSync(path, 'utf8'))
  if (owner === 0) return Date.now() - statSync(path).mtimeMs > grace
  try {
    process.kill(owner, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}
