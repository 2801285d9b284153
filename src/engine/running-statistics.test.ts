/** What batch norm keeps beside the weights: written by training, read by evaluation, part of a checkpoint, alike on every engine. */
import { engines, type EngineName } from '@core/contract/engine'
import { training, type LabDocument } from '@core/lab/document'
import { expect, describe, test } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { evaluate, quick } from './evaluation'
import { createModel, disposeModel, exportStates, hashStates, importStates, type Model } from './model'
import { dropoutLab } from './testing/trainers'
import { trainStep } from './training-step'
import { nodeSurroundings } from '../main/engine/surroundings'

function batchNormLab(): LabDocument {
  const document = dropoutLab()
  const nodes = document.graph.nodes.map((node) =>
    node.kind === 'norm' ? { ...node, params: { ...node.params, method: 'batch' } } : node,
  )
  // A bias in front of the norm has a gradient of 0: rounding noise, which Adam would blow up to whole steps.
  const optimiser = { kind: 'sgd', momentum: 0.9 } as const
  return { ...document, graph: { ...document.graph, nodes }, training: training.parse({ ...document.training, optimiser }) }
}

const lab = batchNormLab()
const modelOn = async (engine: EngineName): Promise<Model> =>
  createModel(await createExecutor(engine, () => undefined), lab, null)

async function train(model: Model, from: number, to: number): Promise<void> {
  for (let step = from; step <= to; step++) await trainStep(model, step, lab.training.learningRate)
}
const statistics = (model: Model) => model.states.read(['norm/running-mean', 'norm/running-variance'])
const lossOf = async (model: Model) => (await evaluate(model, 0, new Map(), quick, () => Promise.resolve('go on')))?.loss ?? NaN

describe.each(engines)('%s', (engine) => {
  test('a step moves the running statistics, an evaluation reads and leaves them', async () => {
    const model = await modelOn(engine)
    expect([...statistics(model).get('norm/running-mean')!]).toEqual(new Array(8).fill(0))
    expect([...statistics(model).get('norm/running-variance')!]).toEqual(new Array(8).fill(1))
    await train(model, 1, 5)
    const trained = statistics(model)
    for (const values of trained.values()) expect(new Set(values).size).toBe(8)

    const loss = await lossOf(model)
    expect(statistics(model)).toEqual(trained)
    model.states.write(new Map([['norm/running-mean', new Float32Array(8).fill(3)]]))
    expect(Math.abs((await lossOf(model)) - loss)).toBeGreaterThan(0.01)
    disposeModel(model)
  })

  test('a run that was stopped goes on with them to the same bytes', async () => {
    const whole = await modelOn(engine)
    await train(whole, 1, 8)
    const first = await modelOn(engine)
    await train(first, 1, 4)
    const second = await modelOn(engine)
    importStates(second, exportStates(first))
    await train(second, 5, 8)
    expect(hashStates(second, nodeSurroundings)).toBe(hashStates(whole, nodeSurroundings))
    for (const model of [whole, first, second]) disposeModel(model)
  })
})

test('the engines keep the same statistics', async () => {
  const models = await Promise.all(engines.map(modelOn))
  for (const model of models) await train(model, 1, 10)
  const [one, other] = models.map((model) => [...statistics(model).values()].flatMap((values) => [...values]))
  expect(one).toHaveLength(16)
  one!.forEach((value, i) => expect(value).toBeCloseTo(other![i]!, 4))
  models.forEach(disposeModel)
})
