/** Batches divided into shards: a step is that of the whole batch up to rounding, and it fails, stops and resumes as any other. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { engines, type EngineChoice } from '@core/contract/engine'
import { firstModel } from '@core/graph/testing'
import { training as trainingSettings, type LabDocument, type Training as Settings } from '@core/lab/document'
import { parseLab } from '@core/lab/read'
import { afterEach, describe, expect, test } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { diskStorage } from '../main/engine/disk-storage'
import { nodeSurroundings } from '../main/engine/surroundings'
import { repeats } from '../main/testing/repeats'
import { stepFeeds } from './feeds'
import { shardSizes } from './shards'
import { trainingBatch } from './teacher-forcing'
import { dropoutLab, listen, over } from './testing/trainers'
import { Trainer } from './trainer'
import { createTraining, hashStates, type Training } from './training'
import { rehearse, trainStep, type StepResult } from './training-step'

const withTraining = (document: LabDocument, change: Partial<Settings>): LabDocument => ({
  ...document,
  training: trainingSettings.parse({ ...document.training, ...change }),
})

const made: Training[] = []
afterEach(() => made.splice(0).forEach(({ model }) => model.dispose()))
async function trainingOf(engine: EngineChoice, document: LabDocument): Promise<Training> {
  const training = createTraining(await createExecutor(engine, () => undefined), document, null)
  made.push(training)
  return training
}

test('sizes differ by one at most', () => {
  expect(shardSizes(10, 4)).toEqual([3, 3, 2, 2])
  expect(shardSizes(4, 4)).toEqual([1, 1, 1, 1])
})

describe.each(engines)('%s', (engine) => {
  async function steps(document: LabDocument): Promise<StepResult[]> {
    const training = await trainingOf(engine, document)
    const results: StepResult[] = []
    while (results.length < 10) results.push(await trainStep(training))
    return results
  }

  test.each([
    ['dropout and AdamW', dropoutLab({ batchSize: 7 })],
    ['no clipping', withTraining(firstModel(), { batchSize: 5, clipNorm: null })],
    ['accumulation', withTraining(dropoutLab({ batchSize: 5 }), { accumulate: 2 })],
  ])('steps in shards are those of the whole batch, with %s', async (_, document) => {
    const whole = await steps(document)
    for (const shards of [2, 3, 4]) {
      for (const [index, ours] of (await steps(withTraining(document, { shards }))).entries()) {
        const { loss, gradientNorm, accuracy } = whole[index]!
        expect(Math.abs(ours.loss - loss) / loss).toBeLessThan(1e-5)
        expect(Math.abs(ours.gradientNorm - gradientNorm) / gradientNorm).toBeLessThan(1e-4)
        expect(ours.accuracy).toBeCloseTo(accuracy, 6)
      }
    }
  })

  test('a run that is stopped and resumed gives the same bytes', async () => {
    const document = dropoutLab({ shards: 3, batchSize: 8, accumulate: 2, steps: 12, evaluateEvery: 5 })
    const directory = await mkdtemp(join(tmpdir(), 'shards-'))
    async function trained(stopAfter: number, restore = false) {
      const training = createTraining(await createExecutor(engine, () => undefined), document, null)
      const told = listen()
      const paused = stopAfter < 12
      const storage = paused || restore ? diskStorage(directory) : null
      const trainer = new Trainer(training, { surroundings: nodeSurroundings, storage, paused, listener: told })
      if (restore) await trainer.restore()
      const done = trainer.run()
      for (let i = 0; paused && i < stopAfter; i++) await trainer.command('step')
      if (paused) await trainer.command('stop')
      else await told.until(over)
      await trainer.end()
      await done
      return told.summaries[0]?.stateHash
    }
    const expected = await trained(12)
    await trained(7)
    const record = (await readdir(directory)).find((name) => name === 'checkpoint.json')!
    expect(JSON.parse(await readFile(join(directory, record), 'utf8'))).toMatchObject({ lab: { training: { shards: 3 } } })
    expect(await trained(12, true)).toBe(expected)
    await rm(directory, { recursive: true })
  })

  test('looks at the next step are those of the whole batch, and change nothing', async () => {
    const training = await trainingOf(engine, dropoutLab({ shards: 2 }))
    await trainStep(training)
    const before = hashStates(training, nodeSurroundings)
    const { program, executable } = training.model.program('train', { gradientNorms: true })
    const name = [...program.outputs.keys()].find((each) => each === 'gradientNorm')!
    const looked = await rehearse(training, async (feeds) => (await executable.run(feeds, [name])).get(name)![0]!)
    expect(hashStates(training, nodeSurroundings)).toBe(before)
    const { gradientNorm } = await trainStep(training)
    expect(Math.abs(looked - gradientNorm) / gradientNorm).toBeLessThan(1e-5)
  })

  describe('a value that is not finite', () => {
    test('is traced to its block, and leaves all states as before the step', async () => {
      const training = await trainingOf(engine, dropoutLab({ shards: 3, accumulate: 2 }))
      await trainStep(training)
      const weight = training.train.program.states.find(({ block, role }) => block === 'feed-forward' && role === 'weight')!
      const { states } = training.model
      states.write(new Map([[weight.name, states.read([weight.name]).get(weight.name)!.fill(NaN, 0, 1)]]))
      const before = hashStates(training, nodeSurroundings)
      await expect(trainStep(training)).rejects.toMatchObject({
        code: 'run.not-finite',
        node: 'feed-forward',
        params: { step: 2, operation: 'state', value: 'NaN' },
      })
      expect(hashStates(training, nodeSurroundings)).toBe(before)
    })

    test('in one shard alone is found there', async () => {
      const training = await trainingOf(engine, withTraining(firstModel(), { batchSize: 6, shards: 3 }))
      const good = training.task.trainBatch.bind(training.task)
      const masked: Training = {
        ...training,
        task: {
          ...training.task,
          trainBatch: (seed, draw, size) => {
            const batch = good(seed, draw, size)
            return { ...batch, mask: batch.mask!.with(batch.mask!.length - 1, NaN) }
          },
        },
      }
      const before = hashStates(training, nodeSurroundings)
      await expect(trainStep(masked)).rejects.toMatchObject({ code: 'run.not-finite', params: { step: 1 } })
      expect(hashStates(training, nodeSurroundings)).toBe(before)
      await expect(trainStep(training)).resolves.toMatchObject({ loss: expect.any(Number) as number })
    })
  })
})

/** Gradients of the next step: Euclidean length of the difference between shards and the whole batch, over that of the gradients. */
async function difference(training: Training): Promise<number> {
  const { model, shards, train } = training
  const step = model.step + 1
  const draw = step * model.lab.training.accumulate
  const batch = await trainingBatch(training, step, draw)
  const feeds = stepFeeds(train.program, model.lab, batch, step, 1e-3, { draw, countedBefore: 0 })
  const { program, executable } = model.program('train', { gradients: true })
  const parameters = program.states
    .filter(({ name }) => program.outputs.has(`gradient/${name}`))
    .toSorted((a, b) => Number(b.decay) - Number(a.decay))
  const names = parameters.map(({ name }) => `gradient/${name}`)
  const whole = await executable.run(feeds, names)
  const expected = names.flatMap((name) => [...whole.get(name)!])
  const parts = await shards!.run(shards!.divide(feeds))
  const total = (name: string, index: number) => parts.reduce((sum, part) => sum + part.get(name)![index]!, 0)
  const count = Math.max(total('metric/loss/count', 0), 1)
  expect(parts[0]!.get('gradients')).toHaveLength(expected.length)
  const length = (numbers: readonly number[]) => Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0))
  return length(expected.map((x, i) => total('gradients', i) / count - x)) / length(expected)
}

/** Steps over which the losses of a lab agree: those of `adding` then rise and magnify rounding, as between the two engines. */
const stable: Readonly<Record<string, number>> = { 'adding.json': 90 }
/** All labs but the one that cannot be divided. */
const directory = join(import.meta.dirname, '../../resources/labs')
const labs = (await readdir(directory)).filter((file) => file !== 'batch-norm.json')
/** In `npm run test:long` over 100 steps. */
const count = repeats(0, 100)
test.each(labs)('%s: gradients of shards are those of the whole batch', { timeout: 600_000 }, async (file) => {
  const lab = parseLab(await readFile(join(directory, file), 'utf8'))
  const parts = await trainingOf('auto', withTraining(lab, { shards: 2 }))
  expect(await difference(parts)).toBeLessThan(1e-5)
  const whole = count > 0 ? await trainingOf('auto', lab) : null
  for (let step = 1; whole && step <= count; step++) {
    const [ours, { loss }] = [await trainStep(parts), await trainStep(whole)]
    if (step <= (stable[file] ?? count)) expect(Math.abs(ours.loss - loss) / loss).toBeLessThan(1e-5)
    if (step % 25 === 0) expect(await difference(parts)).toBeLessThan(1e-5)
  }
})
