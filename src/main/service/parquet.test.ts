/** Parquet files written by pyarrow (see fixtures/parquet/make.py): every value, in every compression. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createTask } from '@core/tasks'
import { createDataInMemory } from './data-in-memory'
import { isParquet, parquetLines } from './parquet'

const fixture = (name: string): Promise<Uint8Array> =>
  readFile(join(import.meta.dirname, 'fixtures/parquet', `${name}.parquet`))
const rows = Array.from({ length: 60 }, (_, i) => ({
  text: `text ${i}, “quoted”\nsecond line 中文`,
  label: ['negative', 'positive'][i % 2],
  tags: ['a', 'b'].slice(0, i % 3),
  score: i === 3 ? null : i / 8,
  kind: ['x', 'y', 'z'][i % 3],
  day: '2024-02-29T00:00:00.000Z',
  large: String(2n ** 60n + BigInt(i)),
  inner: `{"p":${i}}`,
}))

describe('parquetLines', () => {
  it.each(['none', 'snappy', 'gzip', 'brotli', 'pages-v2'])('reads every value of %s', async (name) => {
    const bytes = await fixture(name)
    expect(isParquet(bytes)).toBe(true)
    const lines = (await parquetLines(bytes)).split('\n').map((line) => JSON.parse(line) as unknown)
    expect(lines).toEqual(rows)
  })
  it('names a compression that it does not know', async () => {
    await expect(parquetLines(await fixture('zstd'))).rejects.toMatchObject({
      code: 'parquet.codec',
      params: { codec: 'ZSTD' },
    })
  })
  it('says that a file is damaged, wherever it is cut or changed', async () => {
    const whole = await fixture('snappy')
    for (const length of [12, 100, whole.length - 1]) {
      await expect(parquetLines(whole.slice(0, length))).rejects.toMatchObject({ code: 'parquet.damaged' })
    }
    for (let at = 4; at < whole.length - 4; at += 97) {
      const changed = whole.slice()
      changed[at]! ^= 0xff
      // Some bytes are values or statistics: those are read as they are.
      await parquetLines(changed).catch((error: unknown) => expect(error).toMatchObject({ code: /^(parquet|text)\./ }))
    }
  })
})

it('a task reads it as a table, with its classes and lists of labels', async () => {
  const data = createDataInMemory()
  const { id } = await data.add('reviews.parquet', await fixture('snappy'))
  const text = await data.read(id)
  const task = createTask({ kind: 'own-classification', params: { text: 'text', label: 'label' } }, text)
  expect(task.spec.classes.toSorted()).toEqual(['negative', 'positive'])
  const labels = createTask({ kind: 'own-labels', params: { text: 'text', labels: 'tags' } }, text)
  expect(labels.spec.classes.toSorted()).toEqual(['a', 'b'])
})
