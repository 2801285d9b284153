/** Running statistics of batch norm: updated by training, read by evaluation, part of a checkpoint, equal on every engine. */
import { engines, type EngineName } from '@core/contract/engine'
import { training, type LabDocument } from '@core/lab/document'
import { expect, describe, test } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { evaluate, quick } from './evaluation'
import { createTraining, exportStates, hashStates, importStates, type Training } from './training'
import { dropoutLab } from './testing/trainers'
import { trainStep } from './training-step'
import { nodeSurroundings } from '../main/engine/surroundings'

function batchNormLab(): LabDocument {
  const document = dropoutLab()
  const nodes = document.graph.nodes.map((node) =>
    node.kind === 'norm' ? { ...node, params: { ...node.params, method: 'batch' } } : node,
  )
  // A bias before the norm has gradient 0: rounding noise, which Adam would scale up to full steps.
  const optimiser = { kind: 'sgd', momentum: 0.9 } as const
  return { ...document, graph: { ...document.graph, nodes }, training: training.parse({ ...document.training, optimiser }) }
}

const lab = batchNormLab()
const modelOn = async (engine: EngineName): Promise<Training> =>
  createTraining(await createExecutor(engine, () => undefined), lab, null)

async function train(training: Training, steps: number): Promise<void> {
  for (let step = 1; step <= steps; step++) await trainStep(training)
}
const statistics = ({ model }: Training) => model.states.read(['norm/running-mean', 'norm/running-variance'])
const lossOf = async (training: Training) =>
  (await evaluate(training, new Map(), quick, () => Promise.resolve('go on')))?.loss ?? NaN

describe.each(engines)('%s', (engine) => {
  test('a step updates the running statistics, an evaluation only reads them', async () => {
    const training = await modelOn(engine)
    expect([...statistics(training).get('norm/running-mean')!]).toEqual(new Array(8).fill(0))
    expect([...statistics(training).get('norm/running-variance')!]).toEqual(new Array(8).fill(1))
    await train(training, 5)
    const trained = statistics(training)
    for (const values of trained.values()) expect(new Set(values).size).toBe(8)

    const loss = await lossOf(training)
    expect(statistics(training)).toEqual(trained)
    training.model.states.write(new Map([['norm/running-mean', new Float32Array(8).fill(3)]]))
    expect(Math.abs((await lossOf(training)) - loss)).toBeGreaterThan(0.01)
    training.model.dispose()
  })

  test('a run that was stopped resumes with them to the same bytes', async () => {
    const whole = await modelOn(engine)
    await train(whole, 8)
    const first = await modelOn(engine)
    await train(first, 4)
    const second = await modelOn(engine)
    importStates(second, exportStates(first), 4)
    await train(second, 4)
    expect(hashStates(second, nodeSurroundings)).toBe(hashStates(whole, nodeSurroundings))
    for (const training of [whole, first, second]) training.model.dispose()
  })
})

test('the engines compute the same statistics', async () => {
  const models = await Promise.all(engines.map(modelOn))
  for (const training of models) await train(training, 10)
  const [one, other] = models.map((training) => [...statistics(training).values()].flatMap((values) => [...values]))
  expect(one).toHaveLength(16)
  one!.forEach((value, i) => expect(value).toBeCloseTo(other![i]!, 4))
  models.forEach((training) => training.model.dispose())
})
