/**
 * Admits one host at a time to a home: two would restore the same runs, train in the same folders, and overwrite each other's
 * files.
 */
import { chmod } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '@core/errors'
import { fileError } from './file-error'
import { lockFolder } from './folder-lock'
import { makeFolder } from './make-folder'
import { withdraw } from './serving'
import { sweepHome } from './sweep'

/** Milliseconds that a restarted host waits for the previous one, which may still be writing checkpoints. */
const patience = 5000
const retryAfter = 100

export interface LockOptions {
  /** Milliseconds to wait for another host. */
  readonly wait?: number
  /** Ends the wait. */
  readonly signal?: AbortSignal
  /** Called once before waiting, if another host uses the home. */
  readonly onWait?: () => void
}

/**
 * Creates the home if missing, closes it to other users of the computer, removes temporary files of killed hosts, and returns
 * the function that releases the lock. Throws LabError, `home.in-use` while another host uses it, `cancelled` if `signal` ends
 * the wait.
 */
export async function lockHome(
  home: string,
  { wait = patience, signal, onWait }: LockOptions = {},
): Promise<() => Promise<void>> {
  await makeFolder(home)
  await chmod(home, 0o700).catch(() => undefined) // another user's, or on a disk without permissions
  const end = performance.now() + wait
  for (let attempt = 0; ; attempt++) {
    try {
      const release = await lockFolder(home)
      await sweepHome(home)
      await withdraw(home)
      return release
    } catch (error) {
      if (!(error instanceof LabError && error.code === 'folder.in-use')) throw fileError(home, error)
      if (performance.now() >= end) throw new LabError('home.in-use', error.params)
      if (attempt === 0) onWait?.()
    }
    await sleep(retryAfter, undefined, { signal }).catch(() => {
      throw new LabError('cancelled')
    })
  }
}
