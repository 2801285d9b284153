/**
 * The streams of `runs.follow` and `runs.watch`: send no more than the client accepts, so that a slow client takes no memory.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { aborted, onAbort } from '@core/contract/cancel'
import type { RunOverview, RunPart, RunsPart } from '@core/contract/runs'
import type { Call } from '@core/contract/table'
import type { Run } from './run'
import type { Runs } from './runs'

/**
 * Streams all parts, until cancelled or the run is removed. A client that falls behind misses parts and then gets the complete
 * state.
 */
export async function followRun(run: Run, call: Call<RunPart>): Promise<null> {
  let isBehind = false
  const catchUp = async (): Promise<void> => {
    await call.taken()
    isBehind = false
    call.part({ cut: 1, ...run.everything() })
  }
  const stop = await run.follow((part) => {
    if (isBehind) return
    if (call.clear()) return call.part(part)
    isBehind = true
    void catchUp()
  })
  await Promise.race([aborted(call.signal), run.removed])
  stop()
  return null
}

/** Milliseconds between parts. */
const watchEvery = 500

/** Streams all overviews, then those that have changed. `log` is called for an overview that cannot be read. */
export async function watchRuns(runs: Runs, call: Call<RunsPart>, log: (where: string, error: unknown) => void): Promise<null> {
  const changed = new Set(runs.list())
  const removed = new Set<string>()
  let wake = (): void => undefined
  const stop = runs.watch({
    changed: (run) => {
      changed.add(run)
      wake()
    },
    removed: (id) => {
      removed.add(id)
      wake()
    },
  })
  onAbort(call.signal, () => wake())
  const woken = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve
      if (call.signal.aborted) resolve()
    })

  async function overview(run: Run): Promise<RunOverview[]> {
    try {
      return [await run.overview()]
    } catch (error) {
      log(run.folder, error)
      return []
    }
  }

  let isFirst = true
  while (!call.signal.aborted) {
    const told = [...changed].filter((run) => !removed.has(run.id))
    const gone = [...removed]
    changed.clear()
    removed.clear()
    const overviews = (await Promise.all(told.map(overview))).flat()
    if (isFirst || overviews.length + gone.length > 0) call.part({ runs: overviews, removed: gone })
    isFirst = false
    await call.taken()
    await pause(watchEvery, call)
    if (changed.size + removed.size === 0) await woken()
  }
  stop()
  return null
}

/** Returns early when the call is cancelled. */
async function pause(milliseconds: number, { signal }: Pick<Call<never>, 'signal'>): Promise<void> {
  const abort = new AbortController()
  const forget = onAbort(signal, () => abort.abort())
  await sleep(milliseconds, undefined, { signal: abort.signal }).catch(() => undefined)
  forget()
}
