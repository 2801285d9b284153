/** Unsaved work of pages, in one file `ID.json` each, so that no page can overwrite the work of another. */
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { onAbort } from '@core/contract/cancel'
import { draft, draftId, type Draft, type DraftSummary } from '@core/contract/draft'
import type { Call } from '@core/contract/table'
import { LabError } from '@core/errors'
import { localText } from '@core/lab/document'
import { codeOf, fileError } from './file-error'
import { namesIn, ownerOnly, readJson, writeAtomically } from './files'
import type { Memory } from './memory'
import { Turns } from './turns'

export interface Drafts {
  /** Streams the list of drafts whenever it changes, until cancelled; meanwhile the window counts as open. */
  watch(window: string, call: Call<readonly DraftSummary[]>): Promise<null>
  /** Throws LabError, `draft.unknown` for an unknown id. */
  read(id: string): Promise<Draft>
  /** The newest; null without any. */
  newest(): Promise<DraftSummary | null>
  /** Resolves when it is on disk. Throws LabError. */
  keep(id: string, draft: Draft): Promise<void>
  /** Does nothing for an unknown id. */
  discard(id: string): Promise<void>
  /** Resolves when everything is written. */
  close(): Promise<void>
}

type Entry = Omit<DraftSummary, 'id' | 'open'>

/** Up to version 0.1.0, drafts were JSON texts in the memory of pages. */
const olderKeys = ['draft', 'shelf'] as const
const older = draft.omit({ window: true })

/** `log` is called for files that are not valid drafts; they stay in place. */
export function createDrafts(
  directory: string,
  memory: Pick<Memory, 'recall' | 'remember'>,
  log: (where: string, error: unknown) => void,
): Drafts {
  const pathOf = (id: string): string => join(directory, `${id}.json`)
  const entries = new Map<string, Entry>()
  const openWindows: string[] = []
  const watchers = new Set<() => void>()
  const changed = (): void => {
    for (const wake of watchers) wake()
  }
  const list = (): readonly DraftSummary[] =>
    [...entries]
      .map(([id, entry]) => ({ id, ...entry, open: openWindows.includes(entry.window) }))
      .sort((a, b) => b.time - a.time)

  const turns = new Turns()
  /** Starts with what is on disk. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> =>
    turns.take(async () => {
      await load()
      return work()
    })

  let loaded = false
  async function load(): Promise<void> {
    if (loaded) return
    const names = await namesIn(directory)
    for (const name of names.filter((each) => each.endsWith('.json'))) {
      try {
        const kept = draft.parse(await readJson(join(directory, name)))
        // Unchanged labs are kept only for the next load of their window, and at startup every window is closed.
        if (kept.dirty) entries.set(draftId.parse(name.slice(0, -'.json'.length)), entryOf(kept))
        else await rm(join(directory, name), { force: true })
      } catch (error) {
        log(`drafts/${name}`, error)
      }
    }
    await takeOlder()
    loaded = true
  }
  /** Entries that cannot be read stay in the memory. */
  async function takeOlder(): Promise<void> {
    const kept = await memory.recall()
    for (const key of olderKeys) {
      const texts = [parsed(kept[key])].flat().filter((each) => each !== null)
      if (texts.length === 0) continue
      const unread: unknown[] = []
      for (const each of texts) {
        try {
          const found = older.parse(each)
          if (found.dirty) await write(randomUUID().replaceAll('-', ''), { ...found, window: 'none' })
        } catch (error) {
          log(`memory/${key}`, error)
          unread.push(each)
        }
      }
      if (unread.length < texts.length) await memory.remember(key, unread.length > 0 ? JSON.stringify(unread) : null)
    }
  }
  async function write(id: string, kept: Draft): Promise<void> {
    const entry = entryOf(kept)
    await writeAtomically(pathOf(id), JSON.stringify(kept), ownerOnly)
    entries.set(id, entry)
  }

  return {
    newest: () => inTurn(() => Promise.resolve(list()[0] ?? null)),
    async watch(window, call) {
      await inTurn(() => Promise.resolve())
      let isNew = true
      let wake = (): void => undefined
      const watcher = (): void => {
        isNew = true
        wake()
      }
      watchers.add(watcher)
      openWindows.push(window)
      changed()
      onAbort(call.signal, () => wake())
      while (!call.signal.aborted) {
        if (isNew) {
          isNew = false
          call.part(list())
          await call.taken()
        } else await new Promise<void>((resolve) => (wake = resolve))
      }
      watchers.delete(watcher)
      openWindows.splice(openWindows.indexOf(window), 1)
      changed()
      return null
    },
    read: (id) =>
      inTurn(async () => {
        if (!entries.has(id)) throw new LabError('draft.unknown')
        return draft.parse(await readJson(pathOf(id)).catch((error: unknown) => fail(pathOf(id), error)))
      }),
    keep: (id, kept) =>
      inTurn(async () => {
        await write(id, kept)
        changed()
      }),
    discard: (id) =>
      inTurn(async () => {
        await rm(pathOf(id), { force: true }).catch((error: unknown) => fail(pathOf(id), error))
        entries.delete(id)
        changed()
      }),
    close: () => turns.over(),
  }
}

/** The list entry of a draft. Throws ZodError for a document without a title. */
function entryOf({ window, dirty, time, document }: Draft): Entry {
  return { window, dirty, time, title: z.object({ title: localText }).parse(document).title }
}

/** Null if missing or not JSON. */
function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}

function fail(path: string, error: unknown): never {
  if (codeOf(error) === 'ENOENT') throw new LabError('draft.unknown')
  throw fileError(path, error)
}
