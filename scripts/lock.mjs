/** One at a time across processes: a lock file holding its owner's process id, broken when that process is gone. */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal, root } from './process.mjs'

const patience = 20 * 60_000 // a first install over a slow line
const grace = 5_000 // an owner writes its id at once; a lock without one for this long was abandoned

/** Runs `body` while holding the lock of this name. Waits for another holder; takes over from one that died. */
export async function withLock(name, body) {
  const path = join(root, `.${name}.lock`)
  const deadline = Date.now() + patience
  for (let told = false; !acquire(path); told = true) {
    if (breakIfAbandoned(path)) continue
    if (!told) console.error(`Waiting for another process to finish its ${name}.`)
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

/** Moves an abandoned lock aside. Two waiters may try at once, so what was moved is looked at again and put back if it lives. */
function breakIfAbandoned(path) {
  const aside = `${path}.${process.pid}`
  try {
    if (!isAbandoned(path)) return false
    renameSync(path, aside)
    if (isAbandoned(aside)) rmSync(aside)
    else renameSync(aside, path)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error // it was released or broken by another in the meantime
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
