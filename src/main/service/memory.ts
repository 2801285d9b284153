/** What pages remember across starts: one small JSON file of texts by key. */
import { open, rename } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { codeOf, fileError } from './file-error'
import { ownerOnly, readJson, writeAtomically } from './files'
import { Turns } from './turns'

const file = z.record(z.string().max(64), z.string())
type Kept = z.infer<typeof file>

export interface Memory {
  /**
   * All entries. If the content of the file is damaged, moves it aside under a new name with `damaged` and returns nothing.
   * Throws LabError if the file exists but cannot be read; it then stays in place.
   */
  recall(): Promise<Kept>
  /**
   * Resolves when it is on disk; null forgets the key. Throws LabError, also if the existing file cannot be read, which is then
   * not overwritten.
   */
  remember(key: string, value: string | null): Promise<void>
  /** Resolves when everything is written. */
  close(): Promise<void>
}

/** `log` is called for a damaged file. Reads the file each time, as another host may use the same workspace. */
export function createMemory(path: string, log: (where: string, error: unknown) => void): Memory {
  const turns = new Turns() // each change is made to the result of the one before

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
    recall: () => turns.take(read),
    remember: (key, value) =>
      turns.take(async () => {
        const { [key]: before, ...others } = await read()
        if (before === (value ?? undefined)) return
        await writeAtomically(path, JSON.stringify(value === null ? others : { ...others, [key]: value }), ownerOnly)
      }),
    close: () => turns.over(),
  }
}

/** Milliseconds between attempts to read the file: virus scanners and backups lock files for a short time. */
const pauses = [20, 80, 300]

/** Null if the file is missing; no `json` if the content is not JSON. Throws LabError if the file cannot be read. */
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

/** Renames the file to the first free name of `NAME.damaged.json`, `NAME.damaged-2.json` and so on. Throws LabError. */
async function putAside(path: string): Promise<void> {
  for (let number = 1; ; number++) {
    const aside = path.replace(/(\.json)?$/, `.damaged${number === 1 ? '' : `-${number}`}.json`)
    try {
      await (await open(aside, 'wx')).close() // reserves the name, so that renaming replaces no other file
      await rename(path, aside)
      return
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw fileError(path, error)
    }
  }
}
