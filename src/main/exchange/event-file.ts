/**
 * Event files of TensorBoard: records (length and content, each with a masked CRC-32C), whose content is an `Event` of
 * tensorflow/core/util/event.proto. Fields by their numbers there.
 */
import { ProtobufWriter } from '@core/onnx/protobuf'

/** A summary at one step. */
export type LoggedValue = { readonly tag: string } & (
  | { readonly scalar: number }
  | { readonly histogram: Histogram }
  /** Markdown. */
  | { readonly text: string }
)

export interface Histogram {
  readonly min: number
  readonly max: number
  readonly count: number
  readonly sum: number
  readonly sumOfSquares: number
  /** The upper limits of its bins, increasing, and how many values are in each. */
  readonly limits: readonly number[]
  readonly counts: readonly number[]
}

export interface LoggedEvent {
  /** Seconds since 1970. */
  readonly time: number
  readonly step: number
  readonly values: readonly LoggedValue[]
}

/** The bytes of a whole file. */
export function writeEvents(events: readonly LoggedEvent[]): Uint8Array {
  const version = new ProtobufWriter().double(1, events[0]?.time ?? 0).text(3, 'brain.Event:2')
  return Buffer.concat([version.finish(), ...events.map(encodeEvent)].flatMap(recordOf))
}

function encodeEvent({ time, step, values }: LoggedEvent): Uint8Array {
  return new ProtobufWriter()
    .double(1, time)
    .integer(2, step)
    .message(5, (summary) => values.forEach((value) => summary.message(1, (inner) => encodeValue(inner, value))))
    .finish()
}

const stringType = 7

function encodeValue(writer: ProtobufWriter, value: LoggedValue): void {
  writer.text(1, value.tag)
  if ('scalar' in value) writer.float(2, value.scalar)
  else if ('histogram' in value) {
    const { min, max, count, sum, sumOfSquares, limits, counts } = value.histogram
    writer.message(5, (histogram) => {
      histogram.double(1, min).double(2, max).double(3, count).double(4, sum).double(5, sumOfSquares)
      histogram.doubles(6, limits).doubles(7, counts)
    })
  } else {
    writer.message(8, (tensor) =>
      tensor
        .integer(1, stringType)
        .message(2, () => undefined)
        .text(8, value.text),
    )
    writer.message(9, (metadata) => metadata.message(1, (plugin) => plugin.text(1, 'text')))
  }
}

function recordOf(data: Uint8Array): Uint8Array[] {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(data.length))
  return [length, checksum(length), data, checksum(data)]
}

function checksum(data: Uint8Array): Uint8Array {
  const crc = crc32c(data)
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0)
  return bytes
}

/** By byte; the polynomial of Castagnoli (RFC 3720), bits reversed. */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc
})

export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of data) crc = remainders[(crc ^ byte) & 255]! ^ (crc >>> 8)
  return ~crc >>> 0
}

const bins = 64

/** Of the finite values, in bins of equal width; null if there are none. */
export function histogramOf(data: ArrayLike<number>): Histogram | null {
  let [min, max, count, sum, sumOfSquares] = [Infinity, -Infinity, 0, 0, 0]
  for (let index = 0; index < data.length; index++) {
    const value = data[index]!
    if (!Number.isFinite(value)) continue
    ;[min, max] = [Math.min(min, value), Math.max(max, value)]
    count++
    sum += value
    sumOfSquares += value * value
  }
  if (count === 0) return null
  const used = max > min ? bins : 1
  const width = (max - min) / used
  const limits = Array.from({ length: used }, (_, bin) => (bin === used - 1 ? max : min + width * (bin + 1)))
  const counts = new Array<number>(used).fill(0)
  for (let index = 0; index < data.length; index++) {
    const value = data[index]!
    if (Number.isFinite(value)) counts[used === 1 ? 0 : Math.min(bins - 1, Math.floor((value - min) / width))]!++
  }
  return { min, max, count, sum, sumOfSquares, limits, counts }
}
