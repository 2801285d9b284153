import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createCalibrations } from './calibrations'
import { fakeRuns } from './testing/fake-runs'

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'attention-lab-calibrations-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

it('measures an engine once, in a process that then ends, and keeps the figures for the next start', async () => {
  const runs = fakeRuns()
  const calibrations = createCalibrations(folder, runs.spawn)
  const [first, second] = await Promise.all([calibrations.of('tfjs', false), calibrations.of('tfjs', false)])
  expect(first).toBe(second)
  expect(runs.processes.map(({ calls, ended }) => [calls.calibrate.length, ended !== null])).toEqual([[1, true]])

  const later = fakeRuns()
  expect(await createCalibrations(folder, later.spawn).of('tfjs', false)).toEqual(first)
  expect(later.processes).toHaveLength(0)
})

it('measures again where the file is damaged', async () => {
  await createCalibrations(folder, fakeRuns().spawn).of('tfjs', false)
  const [name = ''] = await readdir(folder)
  await writeFile(join(folder, name), '{"engine":"tfjs"}')
  const runs = fakeRuns()
  expect((await createCalibrations(folder, runs.spawn).of('tfjs', false)).gigaflops).toBe(1)
  expect(runs.processes).toHaveLength(1)
})

it('does not measure beside a run, but tells what it knows', async () => {
  const calibrations = createCalibrations(folder, fakeRuns().spawn)
  await expect(calibrations.of('tfjs', true)).rejects.toMatchObject({ code: 'budget.busy' })
  await calibrations.of('tfjs', false)
  expect((await calibrations.of('tfjs', true)).engine).toBe('tfjs')
})

it('is interrupted when a run starts, and measures when asked again', async () => {
  const never = fakeRuns({ calibrate: () => new Promise(() => undefined) })
  const calibrations = createCalibrations(folder, never.spawn)
  const asked = calibrations.of('tfjs', false)
  const refused = expect(asked).rejects.toMatchObject({ code: 'budget.busy' })
  while (never.processes.length === 0) await new Promise(setImmediate)
  calibrations.interrupt()
  await refused
  expect(never.processes[0]?.ended).not.toBeNull()
  calibrations.of('tfjs', false).catch(() => undefined)
  while (never.processes.length === 1) await new Promise(setImmediate)
  calibrations.interrupt()
})

it('says that an engine is not there when its process dies', async () => {
  const runs = fakeRuns({ calibrate: () => new Promise(() => undefined) })
  const asked = createCalibrations(folder, runs.spawn).of('tfjs', false)
  const refused = expect(asked).rejects.toMatchObject({ code: 'engine.unavailable' })
  while (runs.processes.length === 0) await new Promise(setImmediate)
  runs.processes[0]?.die('SIGSEGV')
  await refused
})
