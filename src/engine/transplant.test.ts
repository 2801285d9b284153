/** Fine-tuning starts from another model's weights, copied exactly, and rejects unsuitable files. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAdapter } from '@core/blocks/adapters'
import { engines } from '@core/contract/engine'
import { firstModel } from '@core/graph/testing'
import { training as settings, type GraphNode, type LabDocument } from '@core/lab/document'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { createTraining, exportStates, hashStates, importStates, type Training } from './training'
import { writeSafeTensors } from './safetensors'
import { evaluate, quick } from './evaluation'
import { listen, over } from './testing/trainers'
import { Trainer } from './trainer'
import { trainStep } from './training-step'
import { takeOver, transplant } from './transplant'
import { checkpointsIn, diskStorage } from '../main/engine/disk-storage'
import { readWeights } from '../main/engine/read-weights'
import { nodeSurroundings } from '../main/engine/surroundings'

let directory: string
const made: Training[] = []
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'transplant-'))
})
afterEach(async () => {
  made.splice(0).forEach(({ model }) => model.dispose())
  await rm(directory, { recursive: true })
})

const seeded = (seed: number, change: (node: GraphNode) => Partial<GraphNode> = () => ({})): LabDocument => {
  const document = firstModel()
  const nodes = document.graph.nodes.map((node) => ({ ...node, ...change(node) }))
  return {
    ...document,
    graph: { ...document.graph, nodes },
    training: settings.parse({ ...document.training, seed, steps: 12, evaluateEvery: 5 }),
  }
}

const graft = async ({ model }: Training, path: string) => transplant(model, await readWeights(path), path)

describe.each(engines)('%s', (engine) => {
  async function modelOf(document: LabDocument): Promise<Training> {
    const training = createTraining(await createExecutor(engine, () => undefined), document, null)
    made.push(training)
    return training
  }
  const weightsOf = ({ model }: Training) => model.states.read(model.weights.map(({ name }) => name))
  /** A checkpoint after three training steps, as a run writes it. */
  async function trained(): Promise<Training> {
    const training = await modelOf(seeded(1))
    for (let step = 1; step <= 3; step++) await trainStep(training)
    const { lab } = training.model
    const states = exportStates(training)
    await checkpointsIn(directory).write({ step: 3, seed: 1, learningRate: 0.01, engine, lab, states })
    return training
  }

  test('a fork takes over everything but the matrices that were set by hand since', async () => {
    const source = await trained()
    const { step, weights } = source.model
    const rows = Array.from({ length: 8 }, () => Array.from({ length: 8 }, (_, column) => column / 4).join(' '))
    const forked = await modelOf(
      seeded(1, ({ id }) =>
        id === 'multi-head'
          ? {
              weights: {
                query: { initialiser: { kind: 'values', rows, gain: 1 } },
                key: { initialiser: { kind: 'identity', gain: 2 } },
              },
            }
          : {},
      ),
    )
    const report = takeOver(forked, { step, weights, directory, graph: source.model.lab.graph, states: exportStates(source) })
    const [before, after] = [weightsOf(source), weightsOf(forked)]
    expect(Array.from(after.get('multi-head/query')!.subarray(8, 16))).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75])
    expect(Array.from(after.get('multi-head/key')!.subarray(0, 10))).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 2])
    expect(report.missing).toEqual(expect.arrayContaining(['multi-head/query', 'multi-head/key']))
    for (const [name, values] of after) {
      if (name !== 'multi-head/query' && name !== 'multi-head/key') expect(values, name).toEqual(before.get(name))
    }
    const states = exportStates(forked)
    const moments = [...states].filter(([name]) => /^optimiser\/.*\/multi-head\/(query|key)$/.test(name))
    expect(moments.length).toBeGreaterThan(0)
    for (const [name, { data }] of moments)
      expect(
        data.every((value) => value === 0),
        name,
      ).toBe(true)
    await trainStep(forked)
  })

  describe('adapters', () => {
    const withRank = (seed: number, rank: number, alpha = 6) =>
      seeded(seed, ({ kind, params }) =>
        kind === 'multi-head' || kind === 'feed-forward' ? { params: { ...params, rank, alpha, adaptOutput: true } } : {},
      )
    const matrices = ['feed-forward/down', 'feed-forward/up', 'multi-head/output', 'multi-head/query', 'multi-head/value']
    /** Trained for some steps, with a checkpoint. */
    async function tuned(): Promise<Training> {
      const training = await modelOf(withRank(1, 2))
      for (let step = 1; step <= 20; step++) await trainStep(training)
      const states = exportStates(training)
      const { lab } = training.model
      await checkpointsIn(directory).write({ step: 20, seed: 1, learningRate: 0.01, engine, lab, states })
      return training
    }
    const loss = async (training: Training) =>
      (await evaluate(training, new Map(), quick, () => Promise.resolve('go on')))!.loss

    test('are merged for a model without them, from a folder and from a file that has its lab', async () => {
      const source = await tuned()
      const file = join(directory, 'weights.safetensors')
      const { lab } = source.model
      await writeFile(file, writeSafeTensors({ tensors: exportStates(source), metadata: { lab: JSON.stringify(lab) } }))
      const expected = await loss(source)
      for (const path of [directory, file]) {
        const plain = await modelOf(seeded(2))
        const report = await graft(plain, path)
        expect(report.merged?.toSorted()).toEqual(matrices)
        expect([report.missing, report.misfits, report.unused]).toEqual([[], [], []])
        expect(await loss(plain)).toBeCloseTo(expected, 5)
        expect(weightsOf(plain).get('multi-head/query')).not.toEqual(weightsOf(source).get('multi-head/query'))
        expect(weightsOf(plain).get('multi-head/key')).toEqual(weightsOf(source).get('multi-head/key'))
      }
    })

    test('are kept for a model that has the same, and merged under new ones for one of another rank', async () => {
      const source = await tuned()
      const same = await modelOf(withRank(2, 2))
      expect((await graft(same, directory)).merged).toBeUndefined()
      expect(weightsOf(same)).toEqual(weightsOf(source))
      const other = await modelOf(withRank(2, 3))
      const report = await graft(other, directory)
      expect(report.merged?.toSorted()).toEqual(matrices)
      expect(report.missing.every(isAdapter)).toBe(true)
      expect(await loss(other)).toBeCloseTo(await loss(source), 5)
    })

    test('are merged by a fork without them, whose matrices are trained from then on', async () => {
      const source = await tuned()
      const { lab, step, weights } = source.model
      const fork = await modelOf({ ...seeded(1), training: { ...lab.training, steps: 40 } })
      const report = takeOver(fork, { step, weights, directory, graph: lab.graph, states: exportStates(source) })
      expect(report.merged?.toSorted()).toEqual(matrices)
      expect(await loss(fork)).toBeCloseTo(await loss(source), 5)
      const before = weightsOf(fork).get('multi-head/query')!.slice()
      await trainStep(fork)
      expect(weightsOf(fork).get('multi-head/query')).not.toEqual(before)
    })

    test('alone change in training, and a file without its lab cannot be merged', async () => {
      const training = await modelOf(withRank(1, 2))
      const before = new Map([...weightsOf(training)].map(([name, data]) => [name, data.slice()]))
      for (let step = 1; step <= 3; step++) await trainStep(training)
      for (const [name, data] of weightsOf(training)) {
        if (!/^(multi-head|feed-forward)\//.test(name)) continue
        const isSame = data.every((value, i) => value === before.get(name)![i])
        expect([name, isSame]).toEqual([name, !isAdapter(name)])
      }
      const file = join(directory, 'weights.safetensors')
      await writeFile(file, writeSafeTensors({ tensors: exportStates(training), metadata: {} }))
      const report = await graft(await modelOf(seeded(2)), file)
      expect(report.merged).toBeUndefined()
      expect(report.unused).toHaveLength(2 * matrices.length)
    })
  })

  test('takes a run’s weights, from its folder or as a file, but not its optimiser’s moments', async () => {
    const source = await trained()
    const file = join(directory, 'weights.safetensors')
    await writeFile(file, writeSafeTensors({ tensors: exportStates(source), metadata: {} }))
    for (const path of [directory, file]) {
      const training = await modelOf(seeded(2))
      const report = await graft(training, path)
      expect(report.matched).toHaveLength(weightsOf(training).size)
      expect(weightsOf(training)).toEqual(weightsOf(source))
      const moments = [...training.model.states.read()].filter(([name]) => name.startsWith('optimiser/'))
      expect(moments.every(([, data]) => data.every((x) => x === 0))).toBe(true)
    }
  })

  test('weights that do not fit keep their initial values', async () => {
    await trained()
    const other = seeded(2, ({ id }) => (id === 'feed-forward' ? { params: { hidden: 24 } } : {}))
    const [training, untouched] = [await modelOf(other), await modelOf(other)]
    const report = await graft(training, directory)
    expect(report.misfits.map(({ name }) => name)).toContain('feed-forward/up')
    for (const { name } of report.misfits) {
      expect(weightsOf(training).get(name)).toEqual(weightsOf(untouched).get(name))
    }
    expect(weightsOf(training).get('embedding/table')).not.toEqual(weightsOf(untouched).get('embedding/table'))
  })

  test('frozen weights stay unchanged, through steps, checkpoints and resumed runs', async () => {
    const source = await trained()
    const tuned = seeded(2, ({ id }) => (id === 'embedding' || id === 'multi-head' ? { frozen: true } : {}))
    const folder = await mkdtemp(join(directory, 'tuned-'))
    async function run(stopAt: number | null, restore: boolean) {
      const training = await modelOf(tuned)
      made.pop() // the trainer disposes of it
      if (!restore) await graft(training, directory)
      const told = listen()
      const trainer = new Trainer(training, {
        surroundings: nodeSurroundings,
        storage: diskStorage(folder),
        paused: stopAt !== null,
        listener: told,
      })
      if (restore) await trainer.restore()
      const done = trainer.run()
      for (let step = 0; step < (stopAt ?? 0); step++) await trainer.command('step')
      if (stopAt === null) await told.until(over)
      else await trainer.command('stop')
      const weights = weightsOf(training)
      await trainer.end()
      await done
      return { weights, hash: told.summaries[0]?.stateHash }
    }
    const whole = await run(null, false)
    await run(5, false)
    const resumed = await run(null, true)
    expect(resumed.hash).toBe(whole.hash)
    for (const [name, data] of whole.weights) {
      const same = data.every((x, i) => x === weightsOf(source).get(name)![i])
      // Softmax is invariant to the key bias, but it is frozen here too.
      expect([name, same]).toEqual([name, name.startsWith('embedding/') || name.startsWith('multi-head/')])
    }
  })

  test('a model without trainable weights takes its steps and stays unchanged', async () => {
    const training = await modelOf(seeded(1, () => ({ frozen: true })))
    const before = hashStates(training, nodeSurroundings)
    const { loss } = await trainStep(training)
    expect(loss).toBeGreaterThan(0)
    expect(hashStates(training, nodeSurroundings)).toBe(before)
    importStates(training, exportStates(training), 1)
  })
})

describe('unsuitable weights leave the model unchanged', () => {
  const model = async (): Promise<Training> => {
    const created = createTraining(await createExecutor('tfjs', () => undefined), seeded(1), null)
    made.push(created)
    return created
  }
  const nothing = writeSafeTensors({ tensors: new Map([['other/w', { shape: [1], data: Float32Array.of(1) }]]), metadata: {} })
  const moments = writeSafeTensors({
    tensors: new Map([['optimiser/first/norm/gain', { shape: [8], data: new Float32Array(8) }]]),
    metadata: {},
  })

  test.each([
    ['of an unrelated model', nothing, 'weights.none-fit'],
    ['with optimiser states only', moments, 'weights.none-fit'],
    ['cut off', nothing.subarray(0, nothing.length - 2), 'weights.invalid'],
    ['of an empty file', new Uint8Array(), 'weights.invalid'],
    ['in a text file', new TextEncoder().encode('{"weights": "none"}'), 'weights.invalid'],
  ])('%s', async (_, bytes, code) => {
    const path = join(directory, 'weights.safetensors')
    await writeFile(path, bytes)
    const receiver = await model()
    const before = hashStates(receiver, nodeSurroundings)
    await expect(graft(receiver, path)).rejects.toMatchObject({ code })
    expect(hashStates(receiver, nodeSurroundings)).toBe(before)
  })

  test('of a missing file, and of a folder without a checkpoint', async () => {
    const receiver = await model()
    const missing = join(directory, 'missing.safetensors')
    await expect(graft(receiver, missing)).rejects.toMatchObject({ code: 'file.missing', params: { path: missing } })
    await expect(graft(receiver, directory)).rejects.toMatchObject({ code: 'checkpoint.missing' })
  })

  test('of a damaged checkpoint', async () => {
    const receiver = await model()
    const states = exportStates(receiver)
    const lab = seeded(1)
    await checkpointsIn(directory).write({ step: 3, seed: 1, learningRate: 0.01, engine: 'tfjs', lab, states })
    const file = join(directory, 'checkpoint.json')
    await writeFile(file, (await readFile(file, 'utf8')).replace('"step":3', '"step":4'))
    await expect(graft(receiver, directory)).rejects.toMatchObject({ code: 'checkpoint.damaged' })
  })
})
