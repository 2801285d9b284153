/** File access. Writes are atomic: after a crash at any moment, a file has its old content or the new. */
import { randomBytes } from 'node:crypto'
import { open, readdir, readFile, rename, rm, writeFile, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { LabError } from '@core/errors'
import { MAXIMUM_LAB_BYTES } from '@core/lab/read'
import { codeOf, fileError } from './file-error'
import { makeFolder } from './make-folder'

/** Permissions of files that only their owner may read: texts, and what pages save. Windows has its own mechanism. */
export const ownerOnly = 0o600

/** Writes to a temporary file beside it, flushes to the disk and renames; creates missing folders. Throws LabError. */
export async function writeAtomically(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
  await makeFolder(dirname(path))
  const temporary = temporaryBeside(path)
  try {
    await writeFile(temporary, content, { flush: true, ...(mode !== undefined && { mode }) })
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw fileError(path, error)
  }
}

/** File names are limited to 255 bytes, so a name may have no space for a suffix. */
function temporaryBeside(path: string): string {
  const suffix = `.${randomBytes(4).toString('hex')}.tmp`
  return Buffer.byteLength(basename(path) + suffix) <= 255 ? path + suffix : join(dirname(path), `lab.json${suffix}`)
}

/** Matches temporary files, which remain if a process is killed while writing. */
export const isTemporaryName = (name: string): boolean =>
  /^(?:[a-z0-9-]{1,64})\.(?:json|txt|html)\.[0-9a-f]{8}\.tmp$/.test(name)

/** Names in a folder; none where the folder does not exist yet. Throws LabError. */
export const namesIn = (directory: string): Promise<string[]> =>
  readdir(directory).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw fileError(directory, error)
  })

/** Throws the error of JSON.parse or the file system; the caller validates the content. */
export async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8')) as unknown
}

/** The text of a lab file, not yet validated. Throws LabError. */
export async function readLabText(path: string): Promise<string> {
  return new TextDecoder().decode(await readBounded(path, MAXIMUM_LAB_BYTES, 'lab.too-large'))
}

/**
 * Checks the size before reading, and reads no more than the limit even if the size is unknown, as for a pipe. Throws LabError.
 */
export async function readBounded(
  path: string,
  maximum: number,
  tooLarge: 'text.too-large' | 'lab.too-large',
): Promise<Uint8Array<ArrayBuffer>> {
  const megabytes = (bytes: number): number => Math.ceil(bytes / 2 ** 20)
  const refuse = (size: number): LabError => new LabError(tooLarge, { megabytes: megabytes(size), limit: megabytes(maximum) })
  let file: FileHandle | undefined
  try {
    file = await open(path)
    const { size } = await file.stat()
    if (size > maximum) throw refuse(size)
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of file.createReadStream({ autoClose: false }) as AsyncIterable<Uint8Array>) {
      chunks.push(chunk)
      length += chunk.length
      if (length > maximum) throw refuse(length)
    }
    const bytes = new Uint8Array(length)
    chunks.reduce((offset, chunk) => {
      bytes.set(chunk, offset)
      return offset + chunk.length
    }, 0)
    return bytes
  } catch (error) {
    throw fileError(path, error)
  } finally {
    await file?.close()
  }
}
