/** Storage that fails at the n-th operation, or simulates that the process dies there. */
import type { Storage } from '../surroundings'

/** When the fault occurs: before the operation, in the middle of its data, or after it completed but before it resolved. */
export type Moment = 'before' | 'halfway' | 'after'

export interface FaultyStorage extends Storage {
  /** Operations requested so far. */
  readonly count: number
}

/**
 * The n-th operation, counted from 1, rejects with an error of this code. If `dies`, the process stops there: later operations
 * also fail and change nothing.
 */
export function faultyStorage(
  sound: Storage,
  n: number,
  { code = 'EIO', moment = 'before', dies = false } = {},
): FaultyStorage {
  let count = 0
  const fault = () => Object.assign(new Error(`${code}: injected`), { code })

  async function attempt<T>(work: () => Promise<T>, half: () => Promise<unknown> = () => Promise.resolve()): Promise<T> {
    const number = ++count
    if (number < n || (number > n && !dies)) return work()
    if (number === n && moment === 'halfway') await half()
    if (number === n && moment === 'after') await work()
    throw fault()
  }
  return {
    place: sound.place,
    writer: sound.writer,
    get count() {
      return count
    },
    read: (name) => attempt(() => sound.read(name)),
    write: (name, bytes) =>
      attempt(
        () => sound.write(name, bytes),
        () => sound.write(name, bytes.subarray(0, bytes.length >> 1)),
      ),
    rename: (from, to) => attempt(() => sound.rename(from, to)),
    flush: () => attempt(() => sound.flush()),
    list: () => attempt(() => sound.list()),
    remove: (name) => attempt(() => sound.remove(name)),
  }
}
