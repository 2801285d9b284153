/** One host at a time over a home: two would restore the same runs, train in the same folders, and overwrite what the other keeps. */
import { chmod } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '@core/errors'
import { fileError } from './file-error'
import { lockFolder } from './folder-lock'
import { makeFolder } from './make-folder'
import { withdraw } from './serving'
import { sweepHome } from './sweep'

/** Milliseconds that a host which comes back at once waits for the one before, which may still write checkpoints. */
const patience = 5000
const retryAfter = 100

export interface LockOptions {
  /** Milliseconds to wait for another host. */
  readonly wait?: number
  /** Ends the wait. */
  readonly signal?: AbortSignal
  /** Called once if another host has the home, before the wait. */
  readonly onWait?: () => void
}

/**
 * Makes the home where it is missing, closed to other people of the computer, and gives what releases it. What killed hosts left of files
 * is removed. Throws LabError, `home.in-use` while another host has it, `cancelled` where `signal` ends the wait for that one.
 */
export async function lockHome(
  home: string,
  { wait = patience, signal, onWait }: LockOptions = {},
): Promise<() => Promise<void>> {
  await makeFolder(home)
  await chmod(home, 0o700).catch(() => undefined) // it may be somebody else's, or on a disk without permissions
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
