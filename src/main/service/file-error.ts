/** Errors of the file system as LabErrors. */
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

/** The LabError for a file-system error on a file that the user named. */
export function fileError(path: string, error: unknown): LabError {
  if (error instanceof LabError) return error
  const code = codeOf(error)
  if (Object.hasOwn(codes, code)) return new LabError(codes[code as keyof typeof codes], { path })
  return new LabError('file.failed', { path, detail: error instanceof Error ? error.message : String(error) })
}

/** The code, such as `ENOENT`, or '' if it is not a file-system error. */
export const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')
