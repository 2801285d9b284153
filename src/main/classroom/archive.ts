/**
 * Zip archives of kits and submissions. They come from strangers, so everything is decided from the directory at the end before anything is
 * unpacked, unpacking stops at the declared size, and nothing is ever written under a name from an archive without its manifest's consent.
 */
import { crc32, inflateRawSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { isPortablePath } from '@core/classroom/files'
import { LabError } from '@core/errors'

export interface ArchiveLimits {
  /** Of the archive itself. */
  readonly bytes: number
  /** Total of all files, unpacked. */
  readonly unpacked: number
  readonly files: number
}

export const archiveLimits: ArchiveLimits = { bytes: 64 * 2 ** 20, unpacked: 256 * 2 ** 20, files: 1001 }

export type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>

/** Files are stored in name order with a fixed date, so that equal content gives equal bytes; at level 0 without compression. */
export function writeArchive(files: Files, level: 0 | 6 = 6): Uint8Array<ArrayBuffer> {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1))
  return new Uint8Array(zipSync(Object.fromEntries(sorted), { level, mtime: new Date(1980, 0, 1) }))
}

interface Entry {
  readonly name: string
  readonly packed: number
  readonly unpacked: number
  readonly crc: number
  readonly isDeflated: boolean
  /** Of its local header. */
  readonly at: number
}

const signatures = { end: 0x06054b50, entry: 0x02014b50, local: 0x04034b50 } as const

/** Throws LabError `archive.…` with the reason. Takes no more memory than the limits allow. */
export function readArchive(bytes: Uint8Array, limits = archiveLimits): Files {
  if (bytes.length > limits.bytes) throw new LabError('archive.too-large', { megabytes: limits.bytes / 2 ** 20 })
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries = directory(bytes, view, limits)
  const files = new Map<string, Uint8Array<ArrayBuffer>>()
  for (const entry of entries) files.set(entry.name, contentOf(entry, bytes, view))
  return files
}

function directory(bytes: Uint8Array, view: DataView, limits: ArchiveLimits): readonly Entry[] {
  const end = endOf(view)
  const count = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  if (count > limits.files) throw new LabError('archive.too-many', { count, most: limits.files })
  const names = new Set<string>()
  const entries: Entry[] = []
  let total = 0
  for (let index = 0; index < count; index++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== signatures.entry) throw new LabError('archive.truncated')
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)]
    const [nameLength, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ]
    const next = at + 46 + nameLength + extra + comment
    if (next > bytes.length) throw new LabError('archive.truncated')
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength))
    const shown = name.slice(0, 100)
    if (!isPortablePath(name)) throw new LabError('archive.name', { name: shown })
    if (names.has(name)) throw new LabError('archive.twice', { name: shown })
    const [mode, system] = [view.getUint32(at + 38, true) >>> 16, view.getUint16(at + 4, true) >>> 8]
    const kind = mode & 0o170000
    if (system === 3 && kind !== 0 && kind !== 0o100000) throw new LabError('archive.link', { name: shown })
    if ((flags & 1) !== 0) throw new LabError('archive.encrypted', { name: shown })
    if (method !== 0 && method !== 8) throw new LabError('archive.method', { name: shown, method })
    const unpacked = view.getUint32(at + 24, true)
    total += unpacked
    if (total > limits.unpacked) throw new LabError('archive.bomb', { megabytes: limits.unpacked / 2 ** 20 })
    names.add(name)
    entries.push({
      ...{ name, unpacked, isDeflated: method === 8 },
      packed: view.getUint32(at + 20, true),
      crc: view.getUint32(at + 16, true),
      at: view.getUint32(at + 42, true),
    })
    at = next
  }
  return entries
}

/** The record at the end, which a comment of up to 65,535 bytes may follow. */
function endOf(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 0xffff); at--)
    if (view.getUint32(at, true) === signatures.end) return at
  throw new LabError('archive.not-zip')
}

function contentOf(
  { name, packed, unpacked, crc, isDeflated, at }: Entry,
  bytes: Uint8Array,
  view: DataView,
): Uint8Array<ArrayBuffer> {
  if (at + 30 > bytes.length || view.getUint32(at, true) !== signatures.local) throw new LabError('archive.truncated')
  const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true)
  if (start + packed > bytes.length) throw new LabError('archive.truncated')
  const content = bytes.subarray(start, start + packed)
  const whole = isDeflated ? inflated(name, content, unpacked) : new Uint8Array(content)
  if (whole.length !== unpacked || crc32(whole) !== crc) throw new LabError('archive.changed', { name })
  return whole
}

function inflated(name: string, content: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  try {
    // One byte more than declared is already too much; 0 would mean no limit.
    return new Uint8Array(inflateRawSync(content, { maxOutputLength: Math.max(1, size) }))
  } catch {
    throw new LabError('archive.changed', { name })
  }
}
