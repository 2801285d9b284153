/** What pages keep with their host from one start to the next: one small JSON file of texts by name. */
import { open, rename } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { codeOf, fileError } from './file-error'
import { ownerOnly, readJson, writeAtomically } from './files'

const file = z.record(z.string().max(64), z.string())
type Kept = z.infer<typeof file>

export interface Memory {
  /**
   * All there is. Only a file whose content is damaged is put aside, under a new name with `damaged`, and nothing is remembered. Throws
   * LabError for a file that is there but cannot be read; it stays as it is.
   */
  recall(): Promise<Kept>
  /** Resolves when it is on disk; null forgets. Throws LabError, also where what is there cannot be read: nothing is written then. */
  remember(key: string, value: string | null): Promise<void>
  /** Resolves when all is written. */
  close(): Promise<void>
}

/** `log` hears of a damaged file. The file is read anew each time: another host may have the same workspace. */
export function createMemory(path: string, log: (where: string, error: unknown) => void): Memory {
  let last: Promise<unknown> = Promise.resolve()
  /** One after another: each change is made to what the one before it left. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }

  async function read(): Promise<Kept> {
    const stored = await readPatiently(path)
    if (stored === null) return {}
    const kept = file.safeParse(stored.json)
    if (kept.success) return kept.data
    log('memory', stored.damage ?? kept.error)
    await putAside(path)
    return {}
  }

  return {
    recall: () => inTurn(read),
    remember: (key, value) =>
      inTurn(async () => {
        const { [key]: before, ...others } = await read()
        if (before === (value ?? undefined)) return
        await writeAtomically(path, JSON.stringify(value === null ? others : { ...others, [key]: value }), ownerOnly)
      }),
    close: async () => {
      await last
    },
  }
}

/** Milliseconds until a file that could not be read is tried again: a virus scanner or a backup lets go of it soon. */
const pauses = [20, 80, 300]

/** Null for a file that is missing; without `json` where the content is none. Throws LabError for one that cannot be read. */
async function readPatiently(path: string): Promise<{ readonly json?: unknown; readonly damage?: SyntaxError } | null> {
  for (let attempt = 0; ; attempt++) {
    try {
      return { json: await readJson(path) }
    } catch (error) {
      if (error instanceof SyntaxError) return { damage: error }
      if (codeOf(error) === 'ENOENT') return null
      if (attempt === pauses.length) throw fileError(path, error)
      await sleep(pauses[attempt])
    }
  }
}

/** Gives the file the first name of `NAME.damaged.json`, `NAME.damaged-2.json` … that is free. Throws LabError. */
async function putAside(path: string): Promise<void> {
  for (let number = 1; ; number++) {
    const aside = path.replace(/(\.json)?$/, `.damaged${number === 1 ? '' : `-${number}`}.json`)
    try {
      await (await open(aside, 'wx')).close() // takes the name, so that renaming replaces nothing else
      await rename(path, aside)
      return
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw fileError(path, error)
    }
  }
}
