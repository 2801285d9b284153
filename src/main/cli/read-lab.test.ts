/** `--data` of the command line: files of several kinds, and folders. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTask } from '@core/tasks'
import { readData } from './read-lab'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-data-'))
  for (const mood of ['good', 'bad']) {
    await mkdir(join(folder, mood))
    for (let i = 0; i < 10; i++) await writeFile(join(folder, mood, `${i}.txt`), `film ${i} is ${mood}`)
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))
const read = async (kind: string | null): Promise<string> => new TextDecoder().decode(await readData(folder, kind))

it('a folder is a table with its folders as classes, or a running text', async () => {
  const { spec } = createTask({ kind: 'own-classification', params: {} }, await read('own-classification'))
  expect(spec.classes).toEqual(['bad', 'good'])
  expect((await read('characters')).split('\n\n').slice(0, 2)).toEqual(['film 0 is bad', 'film 1 is bad'])
  await expect(read(null)).rejects.toMatchObject({ code: 'file.directory' })
})
it('a Parquet file is a table', async () => {
  const file = join(import.meta.dirname, '../service/fixtures/parquet/snappy.parquet')
  const text = new TextDecoder().decode(await readData(file, 'own-classification'))
  expect(JSON.parse(text.split('\n')[1]!)).toMatchObject({ label: 'positive', tags: ['a'] })
})
