/** The logit lens: the last layer is the model's own prediction, mutes act on it, and models without one say why. */
import { engines } from '@core/contract/engine'
import { logSoftmax, topIndices } from '@core/metrics/distribution'
import { lab, firstModel } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import { readFile } from 'node:fs/promises'
import { parseLab } from '@core/lab/read'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '../../main/engine/choose'
import type { Executor } from '../executor'
import { dateLab } from '../testing/decoders'
import { createTraining, hashStates, type Training } from '../training'
import { trainStep } from '../training-step'
import { nodeSurroundings } from '../../main/engine/surroundings'
import { lookRequest } from '@core/contract/look'
import { lens } from './lens'
import { look } from './look'

/** Two layers with residual connections and norms before each block, and an average for a classifier per sequence. */
const sequenceLab = (): LabDocument => ({
  ...lab(
    [
      'tokens',
      ['embedding', { width: 8 }],
      'position',
      'norm',
      'multi-head',
      'add',
      ['feed-forward', { hidden: 16 }],
      'add as add-2',
      'dropout',
      'norm as norm-2',
      'pool',
      'sequence-classifier',
    ],
    [
      ...['tokens.ids > embedding.ids', 'embedding.y > position.x', 'position.y > norm.x', 'norm.y > multi-head.x'],
      ...[
        'position.y > add.a',
        'multi-head.y > add.b',
        'add.y > feed-forward.x',
        'feed-forward.y > add-2.a',
        'add.y > add-2.b',
      ],
      ...['add-2.y > dropout.x', 'dropout.y > norm-2.x', 'norm-2.y > pool.x', 'pool.y > sequence-classifier.x'],
    ],
    { batchSize: 4, learningRate: 0.01 },
  ),
  task: { kind: 'sentiment', params: {} },
})

describe.each(engines)('%s', (engine) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor(engine, () => undefined)
  })
  const made: Training[] = []
  afterEach(() => made.splice(0).forEach(({ model }) => model.dispose()))
  async function trained(document: LabDocument, steps = 2): Promise<Training> {
    const training = createTraining(executor, document, null)
    made.push(training)
    for (let step = 1; step <= steps; step++) await trainStep(training)
    return training
  }
  const logitsOf = async (training: Training, block: string, mutes = {}) => {
    const values = [{ name: `${block}/logits` }]
    const { values: found } = await look(training, lookRequest.parse({ inputs: [{ sample: 1 }], mutes, values }))
    return found[`${block}/logits`]!
  }

  test.each([
    ['a class per token', firstModel(), 'classifier', ['embedding', 'position', 'add']],
    ['a class per sequence, pooled', sequenceLab(), 'sequence-classifier', ['embedding', 'position', 'add', 'add-2']],
    ['a decoder with memory', dateLab(), 'classifier', ['embedding', 'position', 'add', 'add-2', 'add-3']],
  ])('of %s: the last layer is exactly what the model predicts', async (_, document, output, blocks) => {
    const training = await trained(document)
    const before = hashStates(training, nodeSurroundings)
    const found = await lens(training, { sample: 1 }, {})
    expect(hashStates(training, nodeSurroundings)).toBe(before)
    expect(found.step).toBe(2)
    const stream = found.layers.map(({ block }) => block)
    expect(stream.slice(0, blocks.length)).toEqual(blocks)
    const { data, shape } = await logitsOf(training, output)
    const width = shape.at(-1)!
    expect(found.top).toBe(Math.min(10, width))
    const last = found.layers.at(-1)!
    for (let position = 0; position < found.positions; position++) {
      const all = logSoftmax(data.subarray(position * width, (position + 1) * width))
      const best = topIndices(all, found.top)
      const [from, to] = [position * found.top, (position + 1) * found.top]
      expect([...last.classes.subarray(from, to)]).toEqual(best)
      expect([...last.logProbabilities.subarray(from, to)]).toEqual(best.map((id) => Math.fround(all[id]!)))
    }
  })

  test('mutes act on the layers after them only', async () => {
    const training = await trained(firstModel())
    const [plain, muted] = [
      await lens(training, { sample: 0 }, {}),
      await lens(training, { sample: 0 }, { 'multi-head/heads': [0, 0] }),
    ]
    expect(muted.layers[0]).toEqual(plain.layers[0])
    expect(muted.layers[1]).toEqual(plain.layers[1])
    expect(muted.layers.at(-1)!.logProbabilities).not.toEqual(plain.layers.at(-1)!.logProbabilities)
  })

  test('of a built-in Transformer with tied weights and groups lists every residual sum', async () => {
    const document = parseLab(await readFile('resources/labs/characters.json', 'utf8'))
    const training = await trained(document, 1)
    const { layers, positions, tokens } = await lens(training, { text: 'to be', source: null }, {})
    expect([positions, tokens.length]).toEqual([5, 5])
    expect(layers.length).toBeGreaterThan(2)
    expect(new Set(layers.map(({ block }) => block)).size).toBe(layers.length)
  })

  test('is refused for typed inputs that the model cannot read, and for unknown gates', async () => {
    const training = await trained(firstModel(), 0)
    await expect(lens(training, { tokens: [99], source: null }, {})).rejects.toMatchObject({ code: 'look.unknown-token' })
    await expect(lens(training, { sample: 1e6 }, {})).rejects.toMatchObject({ code: 'look.no-sample' })
    await expect(lens(training, { sample: 0 }, { 'x/y': [1] })).rejects.toMatchObject({ code: 'run.unknown-gate' })
  })
})
