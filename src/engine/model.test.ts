/** A model needs no task: its weights come from its lab or a checkpoint, and programs are compiled on first use. */
import { engines } from '@core/contract/engine'
import { firstModel, signature } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import { composeLab } from '@core/models/compose'
import { initialise } from '@core/random/initialisers'
import { createTask } from '@core/tasks'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { nodeSurroundings } from '../main/engine/surroundings'
import type { Executor } from './executor'
import { batchFeeds } from './feeds'
import { openModel, type Model, type ModelSource } from './model'
import { createTraining, exportStates, hashStates, openTraining } from './training'
import { trainStep } from './training-step'

const lab: LabDocument = { ...firstModel(), training: { ...firstModel().training, learningRate: 0.01 } }
const { spec } = createTask(lab.task, null)

describe.each(engines)('%s', (engine) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor(engine, () => undefined)
  })
  const made: Model[] = []
  afterEach(() => made.splice(0).forEach((model) => model.dispose()))
  function open(source: Partial<ModelSource> = {}): Model {
    const model = openModel(executor, { lab, spec, ...source })
    made.push(model)
    return model
  }
  /** Logits of the first two validation samples. */
  async function logits(model: Model) {
    const { program, executable } = model.program('infer', { batch: 2 })
    const batch = createTask(lab.task, null).evaluationBatch(0, 2)
    return (await executable.run(batchFeeds(program, batch, new Map()), ['logits'])).get('logits')
  }
  /** A checkpoint after some steps. */
  async function checkpoint(steps: number) {
    const training = createTraining(executor, lab, null)
    for (let step = 1; step <= steps; step++) await trainStep(training)
    const expected = await logits(training.model)
    const states = exportStates(training)
    training.model.dispose()
    return { states, expected }
  }

  test('a model starts with the initial values of its lab, whichever program is compiled first', async () => {
    const [one, other] = [open(), open()]
    one.program('train')
    other.program('inspect')
    other.program('train')
    for (const { name, initialiser, value } of one.program('train').program.states) {
      const expected = initialise(initialiser, value.shape, lab.training.seed, name)
      for (const model of [one, other]) expect(model.states.read([name]).get(name), name).toEqual(expected)
    }
    expect(await logits(one)).toEqual(await logits(other))
  })

  test('a program is compiled once, on first use', () => {
    const compile = vi.spyOn(executor, 'compile')
    const model = open()
    expect(compile).not.toHaveBeenCalled()
    const first = model.program('evaluate', { batch: 3 })
    expect(model.program('evaluate', { batch: 3 })).toBe(first)
    expect(model.program('evaluate', { batch: 4 })).not.toBe(first)
    expect(compile).toHaveBeenCalledTimes(2)
    compile.mockRestore()
  })

  test('counts its parameters without a training program', () => {
    // All weights of this lab are trainable, and the store has no other states yet.
    const model = open()
    const sizes = model.weights.map(({ value }) => value.shape.reduce((product, size) => product * size, 1))
    expect(model.parameters).toBe(sizes.reduce((sum, size) => sum + size, 0))
    expect(model.states.read().size).toBe(sizes.length)
  })

  test('compiling the training program late changes no weight and gives the same steps', async () => {
    const task = createTask(lab.task, null)
    const model = open()
    await logits(model)
    const late = openTraining(model, task)
    const early = createTraining(executor, lab, null)
    made.push(early.model)
    for (let step = 1; step <= 3; step++) {
      await trainStep(late)
      await logits(model)
      model.program('evaluate', { batch: step })
      await trainStep(early)
    }
    expect(hashStates(late, nodeSurroundings)).toBe(hashStates(early, nodeSurroundings))
    expect(model.step).toBe(3)
  })

  test('a model from a checkpoint has its weights, and its moments once it is trained', async () => {
    const { states, expected } = await checkpoint(3)
    const model = open({ states, step: 3 })
    expect(model.step).toBe(3)
    expect(await logits(model)).toEqual(expected)
    expect([...model.states.read().keys()].some((name) => name.startsWith('optimiser/'))).toBe(false)
    expect(exportStates(openTraining(model, createTask(lab.task, null)))).toEqual(states)
  })

  test('rejects states of another model, whatever differs', async () => {
    const { states } = await checkpoint(1)
    const wrong = { shape: [3], data: new Float32Array(3) }
    const integers = { shape: [8], data: new Int32Array(8) }
    for (const change of [wrong, integers, undefined]) {
      const changed = new Map(states)
      if (change) changed.set('norm/gain', change)
      else changed.delete('norm/gain')
      const opening = () => openModel(executor, { lab, spec, states: changed })
      expect(opening).toThrow(expect.objectContaining({ code: 'checkpoint.other-model', params: { state: 'norm/gain' } }))
    }
  })

  test('shares its weights with another, whose other states are its own and go when it does', async () => {
    const training = createTraining(executor, lab, null)
    made.push(training.model)
    const { states, weights } = training.model
    await trainStep(training)
    const other = training.model.share()
    expect(await logits(other)).toEqual(await logits(training.model))
    await trainStep(training)
    const after = await logits(training.model)
    expect(await logits(other)).toEqual(after)

    other.states.add([{ ...weights[0]!, name: 'cache', value: { ...weights[0]!.value, shape: [2] } }])
    other.states.write(new Map([['cache', Float32Array.of(1, 2)]]))
    expect([...other.states.read().keys()]).toEqual([...states.read().keys(), 'cache'].toSorted())
    expect([...other.states.read(['cache']).values()]).toEqual([Float32Array.of(1, 2)])
    expect(states.read(['cache']).size).toBe(0)
    other.dispose()
    expect(await logits(training.model)).toEqual(after)
    await trainStep(training)
  })

  test('rejects an invalid lab', () => {
    const broken = { ...lab, graph: { ...lab.graph, edges: lab.graph.edges.slice(1) } }
    expect(() => openModel(executor, { lab: broken, spec })).toThrow(expect.objectContaining({ code: 'graph.missing-input' }))
  })

  test('works without a task', async () => {
    const alone = composeLab({ task: { kind: 'reverse', params: {} } }, (c) => {
      c.place('tokens', 'tokens', {}, {})
      c.place('embedding', 'embedding', { width: 4 }, { ids: 'tokens' })
      c.place('classifier', 'classifier', {}, { x: 'embedding' })
    })
    const model = open({ lab: alone, spec: { ...spec, signature: { ...signature, padded: false } } })
    const { program, executable } = model.program('infer', { batch: 1 })
    const tokens = Int32Array.from({ length: signature.length }, () => 1)
    const feeds = batchFeeds(program, { tokens, targets: tokens }, new Map())
    const outputs = await executable.run(feeds, ['predictions'])
    expect(outputs.get('predictions')!.length).toBe(signature.length)
  })
})
