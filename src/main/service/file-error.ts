/** The sentence for what the file system answered. */
import { LabError } from '@core/errors'

const codes = {
  ENOENT: 'file.missing',
  EISDIR: 'file.directory',
  ENOTDIR: 'file.missing',
  EACCES: 'file.denied',
  EPERM: 'file.denied',
  EROFS: 'file.denied',
  ENAMETOOLONG: 'file.name-too-long',
  ENOSPC: 'file.disk-full',
  EDQUOT: 'file.disk-full',
} as const

/** The sentence for an error of the file system about a file that the person named. */
export function fileError(path: string, error: unknown): LabError {
  if (error instanceof LabError) return error
  const code = codeOf(error)
  if (Object.hasOwn(codes, code)) return new LabError(codes[code as keyof typeof codes], { path })
  return new LabError('file.failed', { path, detail: error instanceof Error ? error.message : String(error) })
}

/** `ENOENT` and its like, or '' for what is no error of the file system. */
export const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')
