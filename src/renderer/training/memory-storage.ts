/** A folder in memory as the engine's storage. */
import type { StoredFiles } from '@core/contract/page-worker'
import type { StoredFile } from '@core/contract/page-runs'
import { MissingFile, type Storage } from '@engine/surroundings'

export interface MemoryStorage extends Storage {
  /** Adds files that are known already. */
  fill(files: readonly StoredFile[]): void
}

/** `stored` is called whenever files are complete, with those that have changed. */
export function memoryStorage(place: string, stored: (changes: StoredFiles) => void): MemoryStorage {
  const files = new Map<string, Uint8Array>()
  const changed = new Set<string>()
  const read = (name: string): Uint8Array => {
    const bytes = files.get(name)
    if (!bytes) throw new MissingFile(name)
    return bytes
  }
  function tell(): void {
    const names = [...changed].filter((name) => files.has(name))
    changed.clear()
    stored({ files: names.map((name) => ({ name, bytes: read(name) })), kept: [...files.keys()] })
  }
  return {
    place,
    writer: 'page',
    fill(given) {
      for (const { name, bytes } of given) files.set(name, bytes)
    },
    read: (name) => Promise.resolve(name).then(read),
    write(name, bytes) {
      files.set(name, bytes.slice()) // the writer may use its buffer again
      return Promise.resolve()
    },
    rename: (from, to) =>
      Promise.resolve(from)
        .then(read)
        .then((bytes) => {
          files.set(to, bytes)
          files.delete(from)
          changed.add(to)
        }),
    flush() {
      tell()
      return Promise.resolve()
    },
    list: () => Promise.resolve([...files.keys()]),
    remove(name) {
      files.delete(name)
      return Promise.resolve()
    },
  }
}
