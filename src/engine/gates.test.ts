/** Muting a block or a neuron equals a model whose weights were edited so that it gives nothing. */
import { isOfNeurons } from '@core/blocks/neurons'
import { engines } from '@core/contract/engine'
import { lab } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import { standardLab, standardText } from '@core/models/standard-models'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { evaluate, quick } from './evaluation'
import type { Executor } from './executor'
import { gatesOf } from './feeds'
import { createPromptDecoder } from './generation/prompt-decoder'
import { createTraining, type Training } from './training'
import { trainStep } from './training-step'

const wired = (kinds: readonly (string | readonly [string, object])[], ...more: readonly string[]): LabDocument => {
  const nodes = ['tokens', ['embedding', { width: 8 }], ...kinds, 'classifier'] as readonly (
    string | readonly [string, Readonly<Record<string, unknown>>]
  )[]
  const ids = nodes.map((node) => (typeof node === 'string' ? node : node[0]))
  const chain = ids.slice(1).map((id, index) => (index === 0 ? 'tokens.ids > embedding.ids' : `${ids[index]}.y > ${id}.x`))
  return lab(nodes, [...chain, ...more], { batchSize: 16, learningRate: 0.01 })
}

/** A model, the gates at 0, and the weights that become 0 instead, whole or one row of them. */
const cases: readonly {
  readonly name: string
  readonly document: LabDocument
  readonly mutes: Readonly<Record<string, readonly number[]>>
  readonly zeros: readonly (readonly [string, number?])[]
}[] = [
  {
    name: 'an embedding',
    document: wired(['norm']),
    mutes: { 'embedding/output': [0] },
    zeros: [['embedding/table']],
  },
  { name: 'a norm', document: wired(['norm']), mutes: { 'norm/output': [0] }, zeros: [['norm/gain'], ['norm/bias']] },
  {
    name: 'a linear layer',
    document: wired([['linear', { width: 6 }], 'activation']),
    mutes: { 'linear/output': [0] },
    zeros: [['linear/weight'], ['linear/weight-bias']],
  },
  {
    name: 'an activation',
    document: wired([['linear', { width: 6 }], 'activation']),
    mutes: { 'activation/output': [0] },
    zeros: [['classifier/weight']],
  },
  {
    name: 'a recurrent network',
    document: wired([['recurrent', { width: 5 }]]),
    mutes: { 'recurrent/output': [0] },
    zeros: [['classifier/weight']],
  },
  {
    name: 'neurons',
    document: wired([['feed-forward', { hidden: 4 }]]),
    mutes: { 'feed-forward/neurons': [1, 0, 1, 0] },
    zeros: [
      ['feed-forward/down', 1],
      ['feed-forward/down', 3],
    ],
  },
  {
    name: 'neurons of SwiGLU',
    document: wired([['feed-forward', { hidden: 3, activation: 'swiglu' }]]),
    mutes: { 'feed-forward/neurons': [1, 0, 1] },
    zeros: [['feed-forward/down', 1]],
  },
]

describe.each(engines)('%s', (engine) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor(engine, () => undefined)
  })
  const made: Training[] = []
  afterEach(() => made.splice(0).forEach(({ model }) => model.dispose()))
  async function trained(document: LabDocument, steps: number, text: string | null = null): Promise<Training> {
    const training = createTraining(executor, document, text)
    made.push(training)
    for (let step = 1; step <= steps; step++) await trainStep(training)
    return training
  }
  function zero({ model }: Training, name: string, row?: number): void {
    const { shape } = model.weights.find((state) => state.name === name)!.value
    const before = model.states.read([name]).get(name)!
    const columns = shape.at(-1)!
    const after = Float32Array.from(before, (value, i) => (row === undefined || Math.floor(i / columns) === row ? 0 : value))
    model.states.write(new Map([[name, after]]))
  }

  test.each(cases)('$name', async ({ document, mutes, zeros }) => {
    const training = await trained(document, 30)
    const { program } = training.model.program('evaluate', { batch: 16 })
    const figures = (gates = new Map<string, Float32Array>()) =>
      evaluate(training, gates, quick, () => Promise.resolve('go on'))
    const whole = await figures()
    const muted = await figures(new Map(gatesOf(program, mutes as Record<string, number[]>)))
    for (const [name, row] of zeros) zero(training, name, row)
    const edited = await figures()
    expect(muted!.loss).toBeCloseTo(edited!.loss, 6)
    expect(muted!.metrics).toEqual(edited!.metrics)
    expect(Math.abs(muted!.loss - whole!.loss)).toBeGreaterThan(1e-4)
  })

  test('text is generated with the same mutes, with cached keys and values', async () => {
    const size = { width: 16, layers: 1, heads: 2, length: 16, batch: 4, vocabulary: 20 }
    const training = await trained(standardLab('writing', size), 20, standardText(size))
    const { model } = training
    const gates = model.program('infer', { batch: 1 }).program.inputs.filter(({ kind }) => kind === 'gate')
    const gate = gates.find(({ name }) => isOfNeurons(name))!
    const block = gate.name.slice(0, -'/neurons'.length)
    const neurons = Array.from({ length: gate.value.shape[0]! }, (_, neuron) => neuron)
    const mutes = { [gate.name]: neurons.map((neuron) => neuron % 2) }
    const ids = Array.from({ length: 12 }, (_, i) => 1 + ((i * 7) % 19))
    async function logits(options: Parameters<typeof createPromptDecoder>[1]): Promise<number[]> {
      const decoder = createPromptDecoder(model, options)
      await decoder.logits([ids.slice(0, 11)])
      const [found] = await decoder.logits([ids]) // one more token: mode generate, if it caches
      expect(decoder.cached).toBe(options?.remember !== false)
      decoder.dispose()
      return [...found!]
    }
    const close = (numbers: readonly number[]) => numbers.map((value) => expect.closeTo(value, 4) as number)
    const whole = await logits({})
    const muted = await logits({ mutes })
    expect(muted).not.toEqual(close(whole))
    expect(muted).toEqual(close(await logits({ mutes, remember: false })))
    for (const neuron of neurons) if (neuron % 2 === 0) zero(training, `${block}/down`, neuron)
    expect(muted).toEqual(close(await logits({})))
  })
})
