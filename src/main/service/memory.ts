/** What pages keep with their host from one start to the next: one small JSON file of texts by name. */
import { rename } from 'node:fs/promises'
import { z } from 'zod'
import { readJson, writeAtomically } from './files'

const file = z.record(z.string().max(64), z.string())
type Kept = z.infer<typeof file>

export interface Memory {
  /** All there is. A damaged file is put aside, under a name with `damaged`, and nothing is remembered. */
  recall(): Promise<Kept>
  /** Resolves when it is on disk; null forgets. Throws what the file system throws. */
  remember(key: string, value: string | null): Promise<void>
  /** Resolves when all is written. */
  close(): Promise<void>
}

/** `log` hears of a file that could not be read. The file is read anew each time: another host may have the same workspace. */
export function createMemory(path: string, log: (where: string, error: unknown) => void): Memory {
  let last: Promise<unknown> = Promise.resolve()
  /** One after another: each change is made to what the one before it left. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }

  async function read(): Promise<Kept> {
    try {
      return file.parse(await readJson(path))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
      log('memory', error)
      await rename(path, path.replace(/(\.json)?$/, '.damaged.json')).catch((failed: unknown) => log('memory', failed))
      return {}
    }
  }

  return {
    recall: () => inTurn(read),
    remember: (key, value) =>
      inTurn(async () => {
        const { [key]: before, ...others } = await read()
        if (before === (value ?? undefined)) return
        await writeAtomically(path, JSON.stringify(value === null ? others : { ...others, [key]: value }))
      }),
    close: async () => {
      await last
    },
  }
}
