/** Any step of a run, trained again from what was kept: the same bytes as in a run that ended there. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines } from '@core/contract/engine'
import { newAbort } from '@core/contract/cancel'
import type { LabDocument } from '@core/lab/document'
import { schedule } from '@core/lab/schedule'
import { readLab } from '@core/lab/read'
import { createExecutor } from '../main/engine/choose'
import { diskStorage } from '../main/engine/disk-storage'
import { nodeSurroundings } from '../main/engine/surroundings'
import { readJson } from '../main/service/files'
import type { SafeTensor } from './safetensors'
import { isMomentName, MomentWriter, momentsOf } from './moments'
import { dateLab } from './testing/decoders'
import { dropoutLab, listen, over } from './testing/trainers'
import { Trainer } from './trainer'
import { createTraining, exportStates, hashStates } from './training'
import { trainStep } from './training-step'
import { PastModel } from './worker/past-model'

let directory: string
beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'moments-'))))
afterEach(() => rm(directory, { recursive: true, force: true }))

const builtIn = async (id: string, training: object): Promise<LabDocument> => {
  const lab = readLab(await readJson(join(import.meta.dirname, '../../resources/labs', `${id}.json`)))
  return { ...lab, training: { ...lab.training, ...training } }
}
const plenty = 100_000_000

/** Trains to the end, with moments; `during` may command it. */
async function train(lab: LabDocument, engine: (typeof engines)[number], moments = plenty): Promise<void> {
  const listener = listen()
  const training = createTraining(await createExecutor(engine, () => undefined), lab, null)
  const trainer = new Trainer(training, {
    ...{ surroundings: nodeSurroundings, storage: diskStorage(directory), moments, paused: false, listener },
  })
  const running = trainer.run()
  expect((await listener.until(over)).problem).toBeNull()
  await trainer.end()
  await running
}
/** The hashes after each of some steps of an uninterrupted training without moments. */
async function hashesAt(lab: LabDocument, engine: (typeof engines)[number], steps: readonly number[]): Promise<string[]> {
  const training = createTraining(await createExecutor(engine, () => undefined), lab, null)
  const hashes: string[] = []
  for (let step = 0; step <= Math.max(...steps); step++) {
    if (step > 0) await trainStep(training)
    if (steps.includes(step)) hashes[steps.indexOf(step)] = hashStates(training, nodeSurroundings)
  }
  training.model.dispose()
  return hashes
}
const past = async (engine: (typeof engines)[number]): Promise<PastModel> =>
  new PastModel(await createExecutor(engine, () => undefined), diskStorage(directory), nodeSurroundings, null)
const replayed = (model: PastModel, step: number): Promise<string> =>
  model.at({ step, isExact: true }, newAbort().signal, (training) => Promise.resolve(hashStates(training, nodeSurroundings)))
const kept = async (): Promise<number[]> => (await momentsOf(diskStorage(directory), nodeSurroundings)).map(({ step }) => step)

/** Twenty different steps in an order without order, from a fixed sequence. */
const scattered = (last: number): number[] => Array.from({ length: 20 }, (_, index) => (index * 7919 + 13) % (last + 1))

const labs: readonly (readonly [string, () => Promise<LabDocument> | LabDocument])[] = [
  ['dropout', () => dropoutLab({ steps: 60 })],
  ['a schedule', () => dropoutLab({ steps: 60, schedule: schedule.parse({ kind: 'cosine', warmup: 10 }) })],
  ['batch norm', () => builtIn('batch-norm', { steps: 60 })],
  ['teacher forcing', () => dateLab({ steps: 30, teacherForcing: { schedule: 'linear', start: 1, end: 0, halfway: 10 } })],
  ['accumulated batches', () => dropoutLab({ steps: 40, accumulate: 2 })],
]

describe.each(engines)('%s', (engine) => {
  test.each(labs)(
    'every step of a run with %s has the bytes of a run that ended there',
    async (_, make) => {
      const lab = await make()
      await train(lab, engine)
      const steps = scattered(lab.training.steps)
      const model = await past(engine)
      const found: string[] = []
      for (const step of steps) found.push(await replayed(model, step))
      expect(found).toEqual(await hashesAt(lab, engine, steps))
    },
    120_000,
  )
})

describe('moments', () => {
  test('stay within the space for them, the first and the last among them', async () => {
    const lab = dropoutLab({ steps: 400 })
    const training = createTraining(await createExecutor('tfjs', () => undefined), lab, null)
    const size = [...exportStates(training).values()].reduce((sum, { data }) => sum + data.byteLength, 0) + 8000
    training.model.dispose()
    await train(lab, 'tfjs', 5 * size)
    const names = (await readdir(directory)).filter(isMomentName)
    expect(names.length).toBeLessThanOrEqual(5)
    expect((await kept())[0]).toBe(0)
    expect(await replayed(await past('tfjs'), 123)).toBe((await hashesAt(lab, 'tfjs', [123]))[0])
  })

  test('that follow each other faster than the disk are all whole', async () => {
    const lab = dropoutLab()
    const training = createTraining(await createExecutor('tfjs', () => undefined), lab, null)
    const disk = diskStorage(directory)
    const slow = {
      ...disk,
      write: async (name: string, bytes: Uint8Array) => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        await disk.write(name, bytes)
      },
    }
    const writer = new MomentWriter(slow, nodeSurroundings, nodeSurroundings.now, plenty)
    const states: Map<string, SafeTensor>[] = []
    // The last one comes when the first is on the disk and the second is not.
    for (const wait of [0, 0, 30]) {
      await new Promise((resolve) => setTimeout(resolve, wait))
      await trainStep(training)
      states.push(exportStates(training))
      const { model, learningRate } = training
      writer.write({ step: model.step, learningRate, lab }, () => exportStates(training, { shared: true }), true)
    }
    await writer.settled()
    training.model.dispose()
    const moments = await momentsOf(disk, nodeSurroundings)
    expect(moments.map(({ step }) => step)).toEqual([1, 2, 3])
    for (const { step, read } of moments) expect((await read()).states).toEqual(states[step - 1])
  })

  test('are not written where not even two fit', async () => {
    await train(dropoutLab(), 'tfjs', 1000)
    expect((await readdir(directory)).filter(isMomentName)).toEqual([])
    await expect(replayed(await past('tfjs'), 3)).rejects.toMatchObject({ code: 'moment.none' })
  })

  test('that are damaged are passed over', async () => {
    const lab = dropoutLab()
    await train(lab, 'tfjs')
    for (const name of (await readdir(directory)).filter(isMomentName).slice(1)) {
      const path = join(directory, name)
      const bytes = await readFile(path)
      bytes[bytes.length - 1]! ^= 1
      await writeFile(path, bytes)
    }
    expect(await replayed(await past('tfjs'), 30)).toBe((await hashesAt(lab, 'tfjs', [30]))[0])
  })

  test('the nearest is found at once, without training', async () => {
    await train(dropoutLab(), 'tfjs')
    const model = await past('tfjs')
    const steps = await kept()
    const found = await model.at({ step: 31, isExact: false }, newAbort().signal, (training) =>
      Promise.resolve(training.model.step),
    )
    expect(steps).toContain(found)
    expect(Math.min(...steps.map((step) => Math.abs(step - 31)))).toBe(Math.abs(found - 31))
  })

  test('a replay is cancelled, and the next request is answered', async () => {
    await train(dropoutLab(), 'tfjs')
    const model = await past('tfjs')
    const abort = newAbort()
    abort.abort()
    const between = (await kept()).findLast((step, index, all) => index > 0 && step - all[index - 1]! > 1)! - 1
    await expect(model.at({ step: between, isExact: true }, abort.signal, () => Promise.resolve(0))).rejects.toMatchObject({
      code: 'cancelled',
    })
    expect(await replayed(model, 5)).toMatch(/^[0-9a-f]{64}$/)
  })

  test('a rate that was changed during training is part of the replay', async () => {
    const lab = dropoutLab({ steps: 40 })
    const listener = listen()
    const training = createTraining(await createExecutor('tfjs', () => undefined), lab, null)
    const storage = diskStorage(directory)
    const trainer = new Trainer(training, { surroundings: nodeSurroundings, storage, moments: plenty, paused: true, listener })
    const running = trainer.run()
    const hashes: string[] = []
    for (let step = 1; step <= 20; step++) {
      if (step === 8) await trainer.tune({ learningRate: 0.1 })
      await trainer.command('step')
      hashes.push(await trainer.between((subject) => Promise.resolve(hashStates(subject, nodeSurroundings))))
    }
    await trainer.end()
    await running
    const model = await past('tfjs')
    const found: string[] = []
    for (let step = 1; step <= 20; step++) found.push(await replayed(model, step))
    expect(found).toEqual(hashes)
  })

  test('those after the step from which a run continues are removed', async () => {
    const writer = new MomentWriter(diskStorage(directory), nodeSurroundings, nodeSurroundings.now, plenty)
    const training = createTraining(await createExecutor('tfjs', () => undefined), dropoutLab(), null)
    const moment = { learningRate: 0.1, lab: dropoutLab(), states: exportStates(training) }
    for (const step of [0, 5, 9]) {
      writer.write({ ...moment, step }, () => moment.states)
      await writer.settled()
    }
    await writer.cut(5)
    expect(await kept()).toEqual([0, 5])
    training.model.dispose()
  })

  test('of a run that was extended lead to its steps before and after', async () => {
    const lab = dropoutLab({ steps: 40, schedule: schedule.parse({ kind: 'cosine' }) })
    await train(lab, 'tfjs')
    const longer = { ...lab, training: { ...lab.training, steps: 60 } }
    const listener = listen()
    const training = createTraining(await createExecutor('tfjs', () => undefined), longer, null)
    const storage = diskStorage(directory)
    const trainer = new Trainer(training, { surroundings: nodeSurroundings, storage, moments: plenty, paused: false, listener })
    await trainer.restore({ continuedFrom: 40 })
    const running = trainer.run()
    await listener.until(over)
    await trainer.end()
    await running
    for (const name of await readdir(directory))
      if (/^moment\.(4[1-9]|[56]\d)/.test(name) || name.startsWith('checkpoint.')) await rm(join(directory, name))
    const model = await past('tfjs')
    expect(await replayed(model, 60)).toBe(listener.summaries[0]!.stateHash)
    expect(await replayed(model, 33)).toBe((await hashesAt(lab, 'tfjs', [33]))[0])
  })
})
