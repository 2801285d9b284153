/**
 * Parquet as text: a row for each line, as JSON, which tasks read like any other table. So nothing else has to know of the format. Columns that
 * are classes of the library datasets (integers with names in the file's metadata) get these names.
 */
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { LabError } from '@core/errors'
import { MAXIMUM_TEXT_BYTES } from '@core/tasks/text'

const magic = 'PAR1'
const hasMagic = (bytes: Uint8Array): boolean => String.fromCharCode(...bytes) === magic
export const isParquet = (bytes: Uint8Array): boolean => bytes.length >= 12 && hasMagic(bytes.subarray(0, 4))

/** Snappy is part of the library. */
const compressors = {
  GZIP: (input: Uint8Array, size: number) => new Uint8Array(gunzipSync(input, { maxOutputLength: size })),
  BROTLI: (input: Uint8Array, size: number) => new Uint8Array(brotliDecompressSync(input, { maxOutputLength: size })),
}

/** JSON Lines. Throws LabError `parquet.…`, or `text.too-large` before anything is unpacked. */
export async function parquetLines(bytes: Uint8Array): Promise<string> {
  const { parquetMetadata, parquetReadObjects } = await import('hyparquet')
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  try {
    if (!hasMagic(bytes.subarray(-4))) throw new LabError('parquet.damaged', { detail: 'its end is missing' })
    const metadata = parquetMetadata(file)
    const columns = metadata.row_groups.flatMap((group) => group.columns.flatMap(({ meta_data: column }) => column ?? []))
    const size = columns.reduce((sum, column) => sum + Number(column.total_uncompressed_size), 0)
    requireSmall(size)
    const codecs = new Set(columns.map(({ codec }) => codec))
    const unknown = [...codecs].find((codec) => !['UNCOMPRESSED', 'SNAPPY', ...Object.keys(compressors)].includes(codec))
    if (unknown !== undefined) throw new LabError('parquet.codec', { codec: unknown })
    const classes = classesIn(metadata.key_value_metadata ?? [])
    const lines: string[] = []
    let length = 0
    let rowStart = 0
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows)
      const rows = await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd })
      rowStart = rowEnd
      for (const row of rows) {
        const line = lineOf(row, classes)
        lines.push(line)
        requireSmall((length += line.length))
      }
    }
    return lines.join('\n')
  } catch (error) {
    if (error instanceof LabError) throw error
    throw new LabError('parquet.damaged', { detail: error instanceof Error ? error.message : String(error) })
  }
}

function requireSmall(size: number): void {
  const megabytes = (count: number): number => Math.ceil(count / 2 ** 20)
  if (size > MAXIMUM_TEXT_BYTES)
    throw new LabError('text.too-large', { megabytes: megabytes(size), limit: megabytes(MAXIMUM_TEXT_BYTES) })
}

type Classes = ReadonlyMap<string, readonly string[]>
const features = z.object({ info: z.object({ features: z.record(z.string(), z.unknown()) }) })
const classLabel = z.object({ _type: z.literal('ClassLabel'), names: z.array(z.string()) })

function classesIn(entries: readonly { key: string; value?: string }[]): Classes {
  const written = entries.find(({ key }) => key === 'huggingface')?.value
  let parsed: unknown = null
  try {
    parsed = JSON.parse(written ?? 'null')
  } catch {
    // metadata of some other kind
  }
  const known = Object.entries(features.safeParse(parsed).data?.info.features ?? {})
  return new Map(
    known.flatMap(([column, feature]) => {
      const names = classLabel.safeParse(feature).data?.names
      return names ? [[column, names] as const] : []
    }),
  )
}

function lineOf(row: Readonly<Record<string, unknown>>, classes: Classes): string {
  const cells = Object.entries(row).map(([column, value]) => [column, cellOf(value, classes.get(column))] as const)
  return JSON.stringify(Object.fromEntries(cells))
}

/** What a cell of a table can be: a text, a number, a truth value, or a list of them. Anything else is written as JSON. */
function cellOf(value: unknown, names?: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((each) => plain(each, names))
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as Int32Array, (each) => plain(each, names))
  return plain(value, names)
}

function plain(value: unknown, names?: readonly string[]): unknown {
  if (names && (typeof value === 'bigint' || typeof value === 'number')) return names[Number(value)] ?? String(value)
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Date) return value.toISOString()
  if (value === undefined) return null
  if (typeof value !== 'object' || value === null) return value
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner))
}
