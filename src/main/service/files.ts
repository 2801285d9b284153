/** Writing and reading the workspace's files so that a crash at any moment leaves the old content or the new. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LabError } from '@core/errors'

/** Writes beside the file and renames; makes the folder where it is missing. */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
  try {
    await writeFile(temporary, content)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Throws what JSON.parse or the file system throws; whether the content fits is for the caller's schema to say. */
export async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8')) as unknown
}

const codes = {
  ENOENT: 'file.missing',
  EISDIR: 'file.directory',
  ENOTDIR: 'file.missing',
  EACCES: 'file.denied',
  EPERM: 'file.denied',
  EROFS: 'file.denied',
  ENOSPC: 'file.disk-full',
} as const

/** The sentence for an error of the file system about a file that the person named. */
export function fileError(path: string, error: unknown): LabError {
  if (error instanceof LabError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (Object.hasOwn(codes, code)) return new LabError(codes[code as keyof typeof codes], { path })
  return new LabError('file.failed', { path, detail: error instanceof Error ? error.message : String(error) })
}
