/** Labels of runs: kept by the host, across restarts, and harmless when damaged. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { labelLimits, noLabel } from '@core/contract/run-label'
import { newAbort } from '@core/contract/cancel'
import type { RunOverview } from '@core/contract/runs'
import { createService, type Service } from './service'
import { clientOf, overviews, type LabClient } from './testing/clients'
import { fakeWorkers } from './testing/fake-workers'

const labs = resolve(import.meta.dirname, '../../../resources/labs')
const label = { name: 'Two heads', note: 'better than one?', tags: ['heads', 'class 7'], starred: true }

let home: string
let service: Service
let client: LabClient
const logged: string[] = []
const open = async (): Promise<void> => {
  const { spawn } = fakeWorkers()
  service = await createService({ home, labs, spawn, log: (where) => void logged.push(where) })
  client = clientOf(service)
}
beforeEach(async () => {
  logged.length = 0
  home = await mkdtemp(join(tmpdir(), 'labels-'))
  await open()
})
afterEach(async () => {
  await service.close()
  await rm(home, { recursive: true, force: true })
})
async function stopped(): Promise<string> {
  const lab = await client.call['labs.read']({ id: 'reverse' })
  const { run } = await client.call['runs.start']({ lab, engine: 'tfjs', data: null })
  await client.call['runs.command']({ run, command: 'stop' })
  return run
}
async function reopen(change: () => Promise<unknown>): Promise<void> {
  await service.close()
  await change()
  await open()
}
const listed = async () => (await overviews(client))[0]
/** Where the label of a run is. */
async function pathOf(run: string): Promise<string> {
  const paths = await readdir(home, { recursive: true })
  return join(
    home,
    paths.find((path) => path.endsWith(run))!,
    'label.json',
  )
}

describe('the label of a run', () => {
  it('is empty at first, and shown in the list once it is set, also after a restart', async () => {
    const run = await stopped()
    expect((await listed())!.label).toEqual(noLabel)
    await client.call['runs.label']({ run, ...label })
    expect((await listed())!.label).toEqual(label)
    await reopen(() => Promise.resolve())
    expect((await listed())!.label).toEqual(label)
  })

  it('reaches every list that is open', async () => {
    const run = await stopped()
    const abort = newAbort()
    const parts: RunOverview[] = []
    const onPart = ({ runs }: { readonly runs: readonly RunOverview[] }): void => void parts.push(...runs)
    const watching = client.call['runs.watch']({}, { signal: abort.signal, onPart }).catch(() => undefined)
    await clientOf(service).call['runs.label']({ run, ...label })
    await vi.waitFor(() => expect(parts.at(-1)?.label).toEqual(label), { timeout: 3000 })
    abort.abort()
    await watching
  })

  it('is trimmed, and each tag counts once', async () => {
    const run = await stopped()
    await client.call['runs.label']({ run, ...noLabel, name: '  a  ', tags: ['x', ' x ', 'y'] })
    expect((await listed())!.label).toEqual({ ...noLabel, name: 'a', tags: ['x', 'y'] })
  })

  it.each([
    ['a long name', { name: 'x'.repeat(labelLimits.name + 1) }],
    ['a long note', { note: 'x'.repeat(labelLimits.note + 1) }],
    ['a long tag', { tags: ['x'.repeat(labelLimits.tag + 1)] }],
    ['an empty tag', { tags: [' '] }],
    ['many tags', { tags: Array.from({ length: labelLimits.tags + 1 }, (_, index) => `${index}`) }],
  ])('refuses %s', async (_, change) => {
    const run = await stopped()
    await expect(client.call['runs.label']({ run, ...label, ...change })).rejects.toThrow()
    expect((await listed())!.label).toEqual(noLabel)
  })

  it('counts as none if its file is damaged; the run is unharmed and can be labelled anew', async () => {
    const run = await stopped()
    await client.call['runs.label']({ run, ...label })
    const path = await pathOf(run)
    for (const content of ['{"name": "Two he', '{"name": 7}', '']) {
      await reopen(() => writeFile(path, content))
      expect((await listed())!.label).toEqual(noLabel)
      expect(logged).toContain(path)
    }
    await client.call['runs.label']({ run, ...label })
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(label)
  })

  it('leaves no file when it is empty again, nor when the run is deleted', async () => {
    const run = await stopped()
    const path = await pathOf(run)
    await client.call['runs.label']({ run, ...label })
    await client.call['runs.label']({ run, ...noLabel })
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' })
    await client.call['runs.label']({ run, ...label })
    await client.call['runs.remove']({ run })
    expect((await readdir(home, { recursive: true })).filter((name) => name.includes(run))).toEqual([])
  })
})
