/** Runs of earlier versions keep their order of numeric classes, which was alphabetical; new runs store theirs. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LabDocument } from '@core/lab/document'
import { parseLab } from '@core/lab/read'
import { sameExperiment } from '@core/lab/same'
import { createTask } from '@core/tasks'
import { checkpointsIn, readCheckpoint } from '../engine/disk-storage'
import { readRequest, writeRequest } from './run-files'
import { createService } from './service'
import { clientOf } from './testing/clients'
import { fakeWorkers } from './testing/fake-workers'

const labs = resolve(import.meta.dirname, '../../../resources/labs')
const data = ['text,label', ...Array.from({ length: 60 }, (_, index) => `text ${index},${index % 12}`)].join('\n')
const byValue = Array.from({ length: 12 }, (_, index) => String(index))
const asTexts = byValue.toSorted()
const classesOf = ({ task }: Pick<LabDocument, 'task'>) => createTask(task, data).spec.classes

let folder: string
let lab: LabDocument
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'class-order-'))
  const document = parseLab(await readFile(join(labs, 'sentiment.json'), 'utf8'))
  lab = { ...document, task: { kind: 'own-classification', params: {} } }
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('a run of an earlier version', () => {
  const request = () =>
    ({ lab, engine: 'auto', data: null, from: null, continuedFrom: null, lease: null, moments: 0, forkedFrom: null }) as const
  it('keeps the order of its classes when it is resumed', async () => {
    await writeRequest(folder, request()) // as such a version wrote it, without an order
    expect(classesOf((await readRequest(folder)).lab)).toEqual(asTexts)
  })
  it('keeps it when its checkpoint is opened', async () => {
    const about = { step: 1, seed: 1, learningRate: 1, engine: 'tfjs', states: new Map() }
    await checkpointsIn(folder).write({ ...about, lab })
    expect(classesOf((await readCheckpoint(folder)).lab)).toEqual(asTexts)
  })
  it('is a different experiment from the same lab today', async () => {
    await writeRequest(folder, request())
    expect(sameExperiment((await readRequest(folder)).lab, lab)).toBe(false)
  })
})

it('a new run orders numeric classes by value, and stores the order', async () => {
  const workers = fakeWorkers()
  const service = await createService({ home: folder, labs, spawn: workers.spawn })
  try {
    const { call } = clientOf(service)
    const { id } = await call['data.add']({ name: 'rows.csv', bytes: new TextEncoder().encode(data) })
    const { run } = await call['runs.start']({ lab, engine: 'auto', data: id })
    const stored = await readRequest(join(folder, 'runs', run))
    expect(stored.lab.task.params['classOrder']).toBe('value')
    expect(classesOf(stored.lab)).toEqual(byValue)
    expect(sameExperiment(stored.lab, lab)).toBe(true)
  } finally {
    await service.close()
  }
})
