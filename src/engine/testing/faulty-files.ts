/** Files on a disk that fails, or of a process that dies, at the n-th operation. */
import { diskFiles, type Files } from '../../main/engine/files'

/** When the fault strikes: before the operation, in the middle of what it writes, or when it was done but before anyone heard. */
export type Moment = 'before' | 'halfway' | 'after'

export interface FaultyFiles extends Files {
  /** Operations asked for so far. */
  readonly count: number
  readonly names: readonly (keyof Files)[]
}

/**
 * The n-th operation, counted from 1, throws an error with this code. A process that `dies` there does nothing any more: what it asks
 * for later fails too, and touches nothing.
 */
export function faultyFiles(n: number, { code = 'EIO', moment = 'before', dies = false } = {}): FaultyFiles {
  const names: (keyof Files)[] = []
  const fault = () => Object.assign(new Error(`${code}: injected`), { code })

  async function attempt<T>(name: keyof Files, work: () => Promise<T>, half: () => Promise<unknown>): Promise<T> {
    names.push(name)
    const number = names.length
    if (number < n || (number > n && !dies)) return work()
    if (number === n && moment === 'halfway') await half()
    if (number === n && moment === 'after') await work()
    throw fault()
  }
  const nothing = () => Promise.resolve()
  return {
    names,
    get count() {
      return names.length
    },
    read: (path) => attempt('read', () => diskFiles.read(path), nothing),
    write: (path, bytes) =>
      attempt(
        'write',
        () => diskFiles.write(path, bytes),
        () => diskFiles.write(path, bytes.subarray(0, bytes.length >> 1)),
      ),
    rename: (from, to) => attempt('rename', () => diskFiles.rename(from, to), nothing),
    flush: (folder) => attempt('flush', () => diskFiles.flush(folder), nothing),
    list: (folder) => attempt('list', () => diskFiles.list(folder), nothing),
    remove: (path) => attempt('remove', () => diskFiles.remove(path), nothing),
  }
}
