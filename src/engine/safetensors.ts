/**
 * The safetensors format (huggingface.co/docs/safetensors): 8 bytes with the little-endian length of the header; the header,
 * JSON with type, shape and position of every tensor; the data, without gaps. The reader is strict: malformed files are
 * rejected, not repaired.
 */
import { z } from 'zod'
import { LabError } from '@core/errors'
import type { FloatType } from '@core/contract/exchange'
import { decodeUtf8, encodeUtf8 } from '@core/utf8'
import { toBfloat16, toFloat16 } from './float16'

export interface SafeTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}

export interface SafeTensors {
  readonly tensors: ReadonlyMap<string, SafeTensor>
  /** Free-form texts, under `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>
}

const lengthBytes = 8
/** As in the reference implementation: a larger header is an attack or a mistake. */
const longestHeader = 100_000_000
const metadataKey = '__metadata__'
const wordBytes = 4

const types = { F32: Float32Array, I32: Int32Array } as const

const whole = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
const entry = z.strictObject({ dtype: z.string(), shape: z.array(whole).max(32), data_offsets: z.tuple([whole, whole]) })
const header = z.record(z.string(), z.unknown())
const texts = z.record(z.string(), z.string())

const encoders: { readonly [T in FloatType]: (data: Float32Array) => Float32Array | Uint16Array } = {
  F32: (data) => data,
  F16: toFloat16,
  BF16: toBfloat16,
}

/**
 * Writes tensors in name order, so that the same tensors give the same bytes; those of float32 as `floats`; into `room` if they fit, as new
 * memory costs more than copying.
 */
export function writeSafeTensors(
  { tensors, metadata }: SafeTensors,
  { floats = 'F32', room }: { readonly floats?: FloatType; readonly room?: ArrayBuffer | undefined } = {},
): Uint8Array<ArrayBuffer> {
  const names = [...tensors.keys()].toSorted()
  const entries: Record<string, unknown> = {}
  if (Object.keys(metadata).length > 0) entries[metadataKey] = metadata
  let size = 0
  for (const name of names) {
    const { shape, data } = tensors.get(name)!
    if (name === metadataKey) throw new TypeError(`a tensor cannot be called ${metadataKey}`)
    if (elements(shape) !== data.length) {
      throw new TypeError(`${name}: ${data.length} numbers do not fill (${shape.join(', ')})`)
    }
    const [dtype, width] = data instanceof Float32Array ? [floats, floats === 'F32' ? 4 : 2] : ['I32', 4]
    entries[name] = { dtype, shape, data_offsets: [size, (size += width * data.length)] }
  }
  const json = encodeUtf8(JSON.stringify(entries))
  // Padding the header with spaces aligns the data to 8 bytes.
  const start = lengthBytes + Math.ceil(json.length / lengthBytes) * lengthBytes
  const total = start + size
  const bytes = room && room.byteLength >= total ? new Uint8Array(room, 0, total) : new Uint8Array(total)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - lengthBytes), true)
  bytes.fill(0x20, lengthBytes, start)
  bytes.set(json, lengthBytes)
  let at = start
  for (const name of names) {
    const { data: numbers } = tensors.get(name)!
    const data = numbers instanceof Float32Array ? encoders[floats](numbers) : numbers
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return bytes
}

/** Bytes of one number, for every type of the format. */
const widths: Readonly<Record<string, number>> = {
  ...{ F64: 8, F32: 4, F16: 2, BF16: 2, F8_E4M3: 1, F8_E5M2: 1, BOOL: 1 },
  ...{ I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1 },
}

/** Where a tensor lies in the data, in bytes. */
export interface TensorPlace {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

/** Throws LabError `weights.invalid` unless the file is complete and consistent, with float32 and int32 tensors only. */
export function readSafeTensors(bytes: Uint8Array): SafeTensors {
  const start = headerEnd(bytes.subarray(0, lengthBytes), bytes.length)
  const { places, metadata } = readLayout(bytes.subarray(lengthBytes, start), bytes.length - start)
  const tensors = places.map(({ name, dtype, shape, begin, end }): [string, SafeTensor] => {
    if (!Object.hasOwn(types, dtype)) refuse(`“${name}” is of type ${dtype}, but only F32 and I32 can be read`)
    const part = bytes.subarray(start + begin, start + end)
    // Data that is not aligned is copied. Buffer.slice would return a view.
    const { buffer, byteOffset } = part.byteOffset % wordBytes === 0 ? part : Uint8Array.from(part)
    const data = new types[dtype as keyof typeof types](buffer as ArrayBuffer, byteOffset, part.length / wordBytes)
    return [name, { shape, data }]
  })
  return { tensors: new Map(tensors), metadata }
}

/** Index of the first byte of data, from the first eight bytes and the size of a file. Throws LabError `weights.invalid`. */
export function headerEnd(first: Uint8Array, size: number): number {
  if (first.length < lengthBytes) refuse('it is too short')
  const length = new DataView(first.buffer, first.byteOffset, first.byteLength).getBigUint64(0, true)
  if (length > BigInt(longestHeader)) refuse('its header is too long')
  const start = lengthBytes + Number(length)
  if (start > size) refuse('its header is cut off')
  return start
}

/** The tensors of a header, checked against the number of bytes of data before any is read. Throws LabError `weights.invalid`. */
export function readLayout(
  json: Uint8Array,
  size: number,
): { readonly places: readonly TensorPlace[]; readonly metadata: SafeTensors['metadata'] } {
  let metadata: SafeTensors['metadata'] = {}
  const places: TensorPlace[] = []
  for (const [name, value] of Object.entries(entriesOf(json))) {
    if (name === metadataKey) {
      const parsed = texts.safeParse(value)
      if (!parsed.success) refuse('its metadata are not texts')
      metadata = parsed.data
      continue
    }
    const parsed = entry.safeParse(value)
    if (!parsed.success) refuse(`the entry of “${name}” is malformed`)
    const { dtype, shape, data_offsets } = parsed.data
    const [begin, end] = data_offsets
    const width = Object.hasOwn(widths, dtype) ? widths[dtype] : undefined
    if (width === undefined) refuse(`“${name}” is of type ${dtype}, which is unknown`)
    if (begin > end || end > size) refuse(`“${name}” lies outside the file`)
    if (elements(shape) * width !== end - begin) refuse(`“${name}” has another length than its shape says`)
    places.push({ name, dtype, shape, begin, end })
  }
  requireNoGaps(places, size)
  return { places, metadata }
}

function entriesOf(bytes: Uint8Array): Record<string, unknown> {
  let json: unknown
  try {
    json = JSON.parse(decodeUtf8(bytes))
  } catch {
    refuse('its header is not JSON')
  }
  const parsed = header.safeParse(json)
  if (!parsed.success) refuse('its header is not a list of tensors')
  return parsed.data
}

/** Checks that the tensors cover each byte of the data exactly once. */
function requireNoGaps(places: readonly { name: string; begin: number; end: number }[], size: number): void {
  let covered = 0
  for (const { name, begin, end } of places.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < covered) refuse(`“${name}” overlaps another tensor`)
    if (begin > covered) refuse(`there is a gap before “${name}”`)
    covered = end
  }
  if (covered !== size) refuse('there are bytes that belong to no tensor')
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

function refuse(detail: string): never {
  throw new LabError('weights.invalid', { detail })
}
