/** What a task was when a model was trained is kept beside it, and is read again whichever version kept it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dateLab } from '@engine/testing/decoders'
import { createTask } from '@core/tasks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepTask, readTask } from './read-lab'

let directory: string
beforeAll(async () => (directory = await mkdtemp(join(tmpdir(), 'kept-task-'))))
afterAll(() => rm(directory, { recursive: true }))

const data = ['question\tanswer', ...Array.from({ length: 20 }, (_, index) => `say ${index}\t${index} it is`)].join('\n')
const lab = { ...dateLab(), task: { kind: 'own-pairs', params: {} } }
const pairs = (params: Readonly<Record<string, unknown>>) => createTask({ kind: 'own-pairs', params }, data).spec

describe.each([
  { units: 'words', writtenUnits: 'words' },
  { units: 'characters', writtenUnits: 'words' },
  { units: 'words', writtenUnits: 'characters' },
])('%j', (params) => {
  it('is read as it was kept', async () => {
    await keepTask(directory, pairs(params))
    expect(await readTask(directory, lab)).toEqual(pairs(params))
  })
  it('is understood where an earlier version kept it, without how its texts are cut', async () => {
    await keepTask(directory, pairs(params))
    const file = join(directory, 'task.json')
    const { source, written, ...rest } = JSON.parse(await readFile(file, 'utf8')) as ReturnType<typeof pairs>
    const { units, unknown, ...earlierSource } = source!
    const { units: writes, ...earlierWritten } = written!
    expect([units, unknown, writes]).toEqual([params.units, 1, params.writtenUnits])
    await writeFile(file, JSON.stringify({ ...rest, source: earlierSource, written: earlierWritten }))
    expect(await readTask(directory, lab)).toEqual(pairs(params))
  })
})
