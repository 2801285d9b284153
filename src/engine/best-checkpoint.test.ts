/** The weights with the smallest validation loss: kept beside the last ones, written atomically. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { composeLab } from '@core/models/compose'
import { embed, judgeSequence, layers } from '@core/models/parts'
import { stream } from '@core/random/stream'
import { createTask } from '@core/tasks'
import { diskStorage, readBestCheckpoint } from '../main/engine/disk-storage'
import { nodeSurroundings } from '../main/engine/surroundings'
import { createInstalledTfjs } from '../main/engine/tfjs'
import { bestIn } from './best-checkpoint'
import { isCheckpointName } from './checkpoint'
import { evaluate, thorough } from './evaluation'
import { openModel } from './model'
import type { Storage } from './surroundings'
import { Trainer } from './trainer'
import { createTraining } from './training'
import { listen, over } from './testing/trainers'

/** Random labels: nothing generalises, so the model can only memorise the training rows. */
const random = stream(1, 'labels')
const rows = Array.from({ length: 60 }, (_, index) => `word${index} text ${index % 7},${['good', 'bad'][random.integer(2)]!}`)
const data = ['text,label', ...rows].join('\n')
const lab = composeLab(
  {
    task: { kind: 'own-classification', params: {} },
    training: { steps: 60, batchSize: 16, learningRate: 0.02, evaluateEvery: 5, seed: 3 },
  },
  (c) => judgeSequence(c, layers(c, embed(c, { width: 16 }), { attention: { heads: 2 } })),
)

let directory: string
beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'best-'))))
afterEach(() => rm(directory, { recursive: true, force: true }))

async function begin(storage: Storage = diskStorage(directory), restore = false) {
  const training = createTraining(await createInstalledTfjs(), lab, data)
  const told = listen()
  const trainer = new Trainer(training, { surroundings: nodeSurroundings, storage, paused: false, listener: told })
  if (restore) await trainer.restore()
  return { told, trainer, done: trainer.run() }
}
async function finish({ told, trainer, done }: Awaited<ReturnType<typeof begin>>) {
  await told.until(over)
  await trainer.end()
  await done
  return told
}
const best = () => bestIn(diskStorage(directory), nodeSurroundings)
const bestFiles = async () => (await readdir(directory)).filter((name) => name.includes('best')).toSorted()

describe('a training that overfits', () => {
  it('keeps the best weights, which reproduce the recorded loss exactly', async () => {
    const { evaluations, summaries } = await finish(await begin())
    const lowest = evaluations.reduce((least, each) => (each.loss < least.loss ? each : least))
    expect(lowest.step).toBeLessThan(60)
    expect(lowest.loss).toBeLessThan(evaluations.at(-1)!.loss)
    expect(await best()).toEqual({ step: lowest.step, loss: lowest.loss })
    expect(summaries[0]!.best).toEqual({ step: lowest.step, loss: lowest.loss })

    const { states, step, lab: kept } = await readBestCheckpoint(directory)
    const task = createTask(kept.task, data)
    const model = openModel(await createInstalledTfjs(), { lab: kept, spec: task.spec, states, step })
    const again = await evaluate({ model, task }, new Map(), thorough, () => Promise.resolve('go on'))
    expect(again).toEqual(lowest)
    model.dispose()
  })

  it('leaves one file of best weights, and all its files are recognised as checkpoint files', async () => {
    await finish(await begin())
    expect(await bestFiles()).toEqual([
      expect.stringMatching(/^checkpoint\.best-\d+-[0-9a-f]{8}\.safetensors$/),
      'checkpoint.best.json',
    ])
    for (const name of await readdir(directory)) expect(isCheckpointName(name)).toBe(true)
  })

  it('ends with the same best and last weights after being stopped and resumed', async () => {
    const whole = await finish(await begin())
    const kept = await best()
    await rm(directory, { recursive: true, force: true })
    directory = await mkdtemp(join(tmpdir(), 'best-'))
    const first = await begin()
    await first.told.until(({ step }) => step >= 1)
    await expect.poll(() => first.told.losses.size).toBeGreaterThan(lab.training.steps / 4)
    await first.trainer.command('stop')
    await first.trainer.end()
    await first.done
    const resumed = await finish(await begin(undefined, true))
    expect(await best()).toEqual(kept)
    expect(resumed.summaries[0]).toMatchObject({ stateHash: whole.summaries[0]!.stateHash, best: kept })
  })
})

describe('a full disk', () => {
  /** Rejects writes of best weights while `isFull`. */
  const narrow = (isFull: () => boolean): Storage => {
    const sound = diskStorage(directory)
    const write: Storage['write'] = (name, bytes) =>
      name.includes('best') && isFull()
        ? Promise.reject(new Error('ENOSPC: no space left on device'))
        : sound.write(name, bytes)
    return { ...sound, write }
  }
  it('is reported, does not stop training and leaves no partial file', async () => {
    const told = await finish(await begin(narrow(() => true)))
    expect(told.statuses.map(({ problem }) => problem?.code)).toContain('checkpoint.best-unwritable')
    expect(told.statuses.at(-1)).toMatchObject({ state: 'finished', step: 60 })
    expect(await bestFiles()).toEqual([])
    expect(told.summaries[0]!.best).toBeUndefined()
  })
  it('keeps the previous best weights, and writes again once there is space', async () => {
    let writes = 0
    // The third write, which belongs to the second set of weights, fails.
    const told = await finish(await begin(narrow(() => ++writes === 3)))
    expect(told.statuses.map(({ problem }) => problem?.code)).toContain('checkpoint.best-unwritable')
    expect(told.statuses.at(-1)!.problem).toBeNull()
    const { step, loss } = (await best())!
    expect(told.evaluations.find((each) => each.step === step)?.loss).toBe(loss)
  })
})

describe('best weights that are damaged or missing', () => {
  it('are reported by name, and training resumes without them', async () => {
    await expect(readBestCheckpoint(directory)).rejects.toMatchObject({ code: 'checkpoint.no-best' })
    await finish(await begin())
    const [weights] = await bestFiles()
    const bytes = await readFile(join(directory, weights!))
    bytes[bytes.length - 1]! ^= 1
    await writeFile(join(directory, weights!), bytes)
    await expect(readBestCheckpoint(directory)).rejects.toMatchObject({ code: 'checkpoint.damaged' })
    await writeFile(join(directory, 'checkpoint.best.json'), '{')
    expect(await best()).toBeNull()
    const resumed = await finish(await begin(undefined, true))
    expect(resumed.statuses.at(-1)).toMatchObject({ state: 'finished', problem: null })
  })
})
