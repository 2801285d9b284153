/** Labs that take long to analyse are analysed in another process, one at a time, so that no window is blocked. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { isLargerThan } from '@core/graph/build'
import { lab } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import { createTask } from '@core/tasks'
import { createService, type Service } from './service'
import { clientOf, type LabClient } from './testing/clients'
import { fakeWorkers } from './testing/fake-workers'
import { requireTrainable } from '@engine/trainable'

const labs = resolve(import.meta.dirname, '../../../resources/labs')
const workers = fakeWorkers()
const analysed = () => workers.processes.map(({ calls }) => calls.analyse.length)

let home: string
let service: Service
let client: LabClient
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'large-labs-'))
  workers.processes.length = 0
  service = await createService({ home, labs, spawn: workers.spawn })
  client = clientOf(service)
})
afterEach(async () => {
  await service.close()
  await rm(home, { recursive: true, force: true })
})

const start = (document: LabDocument) => client.call['runs.start']({ lab: document, engine: 'auto', data: null })

/** tokens → embedding → `count` blocks of a kind → classifier. */
function chain(count: number, kind: string, length = 12): LabDocument {
  const ids = Array.from({ length: count }, (_, i) => `b${i}`)
  const document = lab(
    ['tokens', ['embedding', { width: 32 }], ...ids.map((id) => [`${kind} as ${id}`, { width: 32 }] as const), 'classifier'],
    [
      'tokens.ids > embedding.ids',
      ...ids.map((id, i) => `${i === 0 ? 'embedding' : `b${i - 1}`}.y > ${id}.x`),
      `b${count - 1}.y > classifier.x`,
    ],
  )
  return { ...document, task: { kind: 'reverse', params: { length } } }
}

it('a chain of 1,900 blocks is analysed in another process, then trained', async () => {
  expect((await start(chain(1900, 'linear'))).state).toBe('running')
  expect(analysed()).toEqual([1, 0])
  expect(workers.processes[0]?.ended).not.toBeNull()
})

it('its problems are reported', async () => {
  await expect(start(chain(100, 'recurrent', 128))).rejects.toMatchObject({ code: 'graph.too-many-operations' })
  expect(analysed()).toEqual([1])
})

it('built-in labs are analysed in this process', async () => {
  for (const { id } of await client.call['labs.list']({})) {
    const document = await client.call['labs.read']({ id })
    expect(isLargerThan(250, document, createTask(document.task, null).spec.signature), id).toBe(false)
  }
  await start(await client.call['labs.read']({ id: 'reverse' }))
  expect(analysed()).toEqual([0])
})

it('one process at a time analyses, and its crash is reported', async () => {
  const finish: (() => void)[] = []
  const slow = fakeWorkers({
    analyse: async ({ lab: asked, signature }) => {
      await new Promise<void>((resolve) => finish.push(resolve))
      return requireTrainable(asked, signature)
    },
  })
  const other = await createService({ home: join(home, 'other'), labs, spawn: slow.spawn })
  const { call } = clientOf(other)
  const large = { lab: chain(300, 'linear'), engine: 'auto', data: null } as const
  const first = call['runs.start'](large).catch((error: unknown) => error)
  const second = call['runs.start'](large)
  await vi.waitFor(() => expect(finish).toHaveLength(1))
  expect(slow.processes).toHaveLength(1)
  slow.processes[0]?.die('SIGABRT')
  expect(await first).toMatchObject({ code: 'process.ended', params: { how: 'SIGABRT' } })
  await vi.waitFor(() => expect(finish).toHaveLength(2))
  finish.at(-1)?.()
  expect((await second).state).toBe('running')
  await other.close()
})
