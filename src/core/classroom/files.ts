/** What kits and submissions have in common: archives of files that their manifest lists with size and hash. */
import { z } from 'zod'

/** Reserved as file names by Windows, with or without an extension. */
const reserved = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/

/** A name that means the same file on every system: relative, lower case, without `..`, reserved words or a trailing dot. */
export const isPortablePath = (path: string): boolean =>
  path.length <= 120 &&
  /^[a-z0-9_][a-z0-9._-]*(\/[a-z0-9_][a-z0-9._-]*)*$/.test(path) &&
  path.split('/').every((part) => !part.endsWith('.') && !reserved.test(part))

export const portablePath = z.string().refine(isPortablePath, 'not a portable file name')
export const identifier = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

export const listedFile = z.strictObject({ path: portablePath, bytes: z.number().int().nonnegative(), sha256 })
export type ListedFile = z.output<typeof listedFile>
export const listedFiles = z.array(listedFile).max(1000)

/** JSON with sorted keys: equal data gives equal text, so that it can be hashed. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  )
}
