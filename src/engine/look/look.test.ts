/** A look returns the requested values of the focused input and has no side effects. */
import { engines } from '@core/contract/engine'
import { lookRequest, type Look, type LookRequest } from '@core/contract/look'
import { compileGradients } from '@core/graph/gradients'
import { firstModel } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import { interpret } from '@core/program/reference'
import { createTask } from '@core/tasks'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '../../main/engine/choose'
import { nodeSurroundings } from '../../main/engine/surroundings'
import type { Executor } from '../executor'
import { batchFeeds } from '../feeds'
import { openModel } from '../model'
import { dateLab } from '../testing/decoders'
import { dropoutLab } from '../testing/trainers'
import { createTraining, exportStates, hashStates, type Training } from '../training'
import { trainStep } from '../training-step'
import { look, type LookedAt } from './look'

const ask = (request: object): LookRequest => lookRequest.parse({ inputs: [{ sample: 0 }], ...request })

describe.each(engines)('%s', (engine) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor(engine, () => undefined)
  })
  const made: Training[] = []
  afterEach(() => made.splice(0).forEach(({ model }) => model.dispose()))
  async function trained(document: LabDocument = dropoutLab(), steps = 3): Promise<Training> {
    const training = createTraining(executor, document, null)
    made.push(training)
    for (let step = 1; step <= steps; step++) await trainStep(training)
    return training
  }
  const lookAt = (subject: LookedAt, request: object): Promise<Look> => look(subject, ask(request))
  const values = (...names: string[]) => ({ values: names.map((name) => ({ name })) })

  describe('inputs', () => {
    test('samples have no padding, and include targets and confidence', async () => {
      const training = await trained()
      const { step, seen } = await lookAt(training, { inputs: [{ sample: 0 }, { sample: 5 }, { sample: 499 }] })
      expect(step).toBe(3)
      expect(seen).toHaveLength(3)
      for (const { tokens, targets, predictions, probabilities, unknown, source, features } of seen) {
        expect(tokens).not.toContain(0) // padding
        expect([targets!.length, predictions.length, probabilities!.length]).toEqual([
          tokens.length,
          tokens.length,
          tokens.length,
        ])
        expect([unknown, source, features]).toEqual([[], null, null])
        for (const probability of probabilities!) {
          expect(probability).toBeGreaterThan(1 / (training.model.signature.classes + 1))
          expect(probability).toBeLessThanOrEqual(1)
        }
      }
    })

    test('give the same result alone and among others', async () => {
      const training = await trained()
      const request = values('multi-head/attention', 'multi-head/queries')
      const alone = await lookAt(training, { inputs: [{ sample: 5 }], ...request })
      const inputs = [{ sample: 0 }, { sample: 3 }, { sample: 5 }]
      const among = await lookAt(training, { inputs, focus: 2, ...request })
      expect(among.seen[2]!.predictions).toEqual(alone.seen[0]!.predictions)
      expect(among.values).toEqual(alone.values)
      const other = await lookAt(training, { inputs, focus: 1, ...request })
      expect(other.values).not.toEqual(alone.values)
    })

    test('what has no token is left out of a typed text, and told; a text of nothing else is refused', async () => {
      const training = await trained()
      const { seen } = await lookAt(training, { inputs: [{ text: 'a!b' }, { text: 'ab' }, { sample: 0 }] })
      expect(seen[0]).toEqual({ ...seen[1], leftOut: ['!'] })
      expect(seen.slice(1).every((each) => !('leftOut' in each))).toBe(true)
      await expect(lookAt(training, { inputs: [{ text: '!?' }] })).rejects.toMatchObject({
        code: 'generate.unknown-source',
        params: { text: '!' },
      })
    })

    test('a typed text equals a sample of the same tokens, without targets', async () => {
      const training = await trained()
      const { task, model } = training
      const [sample] = (await lookAt(training, { inputs: [{ sample: 2 }] })).seen
      const text = Array.from(sample!.tokens, (id) => task.spec.tokeniser.vocabulary[id]).join(' ')
      const alone = { model, task: null }
      const inputs = [{ text }, { tokens: [...sample!.tokens] }]
      for (const own of (await lookAt(alone, { inputs })).seen) expect(own).toEqual({ ...sample, targets: null })
    })

    test('values that depend on targets are missing if there are none', async () => {
      const training = await trained()
      const names = ['classifier/5-crossEntropy', 'classifier/3-softmax']
      const { values: told, missing } = await lookAt(training, { inputs: [{ tokens: [1, 2, 3] }], ...values(...names) })
      expect([Object.keys(told), missing]).toEqual([[names[1]], [names[0]]])
      const known = await lookAt(training, values(...names))
      expect([Object.keys(known.values), known.missing]).toEqual([names, []])
    })

    test('a model with a source needs only that, and generates the rest', async () => {
      const training = await trained(dateLab(), 20)
      const text = 'the third of may nineteen ninety eight'
      const { seen } = await lookAt(training, {
        inputs: [
          { text: '', source: text },
          { text: '1998', source: text },
        ],
      })
      const { begin } = training.model.signature.written!
      expect(seen[0]!.tokens[0]).toBe(begin)
      expect([...seen[0]!.tokens.subarray(1)]).toEqual([...seen[0]!.predictions.subarray(0, -1)])
      expect(seen[1]!.tokens).toHaveLength(5)
      expect(seen[0]!.source!.length).toBeGreaterThan(3)
      expect(seen[0]!.source).toEqual(seen[1]!.source)
    })

    test.each([
      [{ inputs: [{ sample: 500 }] }, 'look.no-sample', { sample: 500, count: 500 }],
      [{ focus: 1 }, 'look.focus', { focus: 1, count: 1 }],
      [{ inputs: [{ tokens: [] }] }, 'look.empty', {}],
      [{ inputs: [{ tokens: [1, 99] }] }, 'look.unknown-token', { id: 99 }],
      [{ inputs: [{ tokens: new Array<number>(300).fill(1) }] }, 'look.too-long', { given: 300 }],
      [{ inputs: [{ tokens: [1], source: [1] }] }, 'look.no-source', {}],
      [{ mutes: { 'missing/heads': [1] } }, 'run.unknown-gate', { gate: 'missing/heads' }],
      [{ mutes: { 'multi-head/heads': [1] } }, 'run.gate-size', { wanted: 2, given: 1 }],
    ])('%j is rejected with a LabError', async (request, code, params) => {
      await expect(lookAt(await trained(firstModel(), 0), request)).rejects.toMatchObject({ code, params })
    })

    test('samples require a task, and a source requires a model that reads it', async () => {
      const { model } = await trained(dateLab(), 0)
      const looking = (request: object) => lookAt({ model, task: null }, request)
      await expect(looking({})).rejects.toMatchObject({ code: 'look.no-task' })
      await expect(looking({ inputs: [{ text: '1998' }] })).rejects.toMatchObject({ code: 'look.needs-source' })
    })
  })

  describe('values', () => {
    test('a probe belongs to the focused input and has its axes', async () => {
      const { values: told } = await lookAt(await trained(), { inputs: [{ sample: 1 }], ...values('multi-head/attention') })
      const { axes, shape, data } = told['multi-head/attention']!
      expect(axes).toEqual(['head', 'query', 'key'])
      expect(data.length).toBe(shape.reduce((product, size) => product * size, 1))
      // Each row of attention weights sums to 1.
      expect(data.subarray(0, shape[2]).reduce((total, x) => total + x, 0)).toBeCloseTo(1, 5)
    })

    test('every operation’s output equals its definition', async () => {
      const training = await trained(firstModel())
      const { model, task } = training
      const program = model.program('inspect', { batch: 1, operations: true }).program
      const names = program.probes.map(({ name }) => name)
      const { values: told, missing } = await lookAt(training, values(...names))
      expect(missing).toEqual([])
      const feeds = batchFeeds(program, task.evaluationBatch(0, 1), new Map())
      const expected = interpret(program, feeds, Object.fromEntries(model.states.read()))
      for (const name of names) {
        const reference = expected.get(`probe/${name}`)!
        const { data } = told[name]!
        expect(data.length, name).toBe(reference.length)
        data.forEach((x, i) =>
          expect(Math.abs(x - reference[i]!), `${name}[${i}]`).toBeLessThan(1e-4 + 1e-4 * Math.abs(reference[i]!)),
        )
      }
    })

    test('weights and moments have the axes of the weight, and a prefix distinguishes a weight from a probe of the same name', async () => {
      const training = await trained()
      const names = ['embedding/table', 'optimiser/first/embedding/table', 'multi-head/output', 'weight/multi-head/output']
      const { values: told } = await lookAt(training, values(...names))
      expect(names.map((name) => told[name]!.axes)).toEqual([
        ['vocabulary', 'feature'],
        ['vocabulary', 'feature'],
        ['token', 'feature'],
        ['input', 'output'],
      ])
      expect(told['weight/multi-head/output']!.data).toEqual(training.model.states.read().get('multi-head/output'))
    })

    test('names that the model does not have are listed as missing', async () => {
      const training = await trained()
      const names = ['nobody/weights', 'multi-head/999-softmax', 'gradient/nobody/w', 'update/multi-head/heads', 'weight/']
      expect((await lookAt(training, values(...names))).missing).toEqual(names)
      const { model, task } = training
      const { missing } = await lookAt({ model, task }, values('gradient/embedding/table', 'embedding/table'))
      expect(missing).toEqual(['gradient/embedding/table'])
    })

    test('muting changes later values, not earlier ones', async () => {
      const training = await trained()
      const names = training.model.program('inspect', { batch: 1 }).program.probes.map(({ name }) => name)
      const before = await lookAt(training, values(...names))
      const after = await lookAt(training, { ...values(...names), mutes: { 'multi-head/heads': [0, 0] } })
      const changed = names.filter((name) => before.values[name]!.data.join() !== after.values[name]!.data.join())
      expect(changed).toContain('add/output')
      expect(changed).not.toContain('multi-head/attention')
    })
  })

  describe('slices', () => {
    const of = (slice: object) => ({ values: [{ name: 'multi-head/attention', slice }] })

    test('select one index of an axis, or a range', async () => {
      const training = await trained()
      const whole = (await lookAt(training, of({}))).values['multi-head/attention']!
      const part = (await lookAt(training, of({ head: 1, key: [2, 5] }))).values['multi-head/attention']!
      const [, queries = 0, keys = 0] = whole.shape
      expect([part.axes, part.shape]).toEqual([
        ['query', 'key'],
        [queries, 3],
      ])
      part.data.forEach((x, i) => expect(x).toBe(whole.data[(queries + Math.floor(i / 3)) * keys + 2 + (i % 3)]))
    })

    test.each([
      [{ layer: 1 }, 'look.no-axis', { axis: 'layer', axes: 'head, query, key' }],
      [{ head: 2 }, 'look.no-place', { axis: 'head', place: 2, size: 2 }],
      [{ key: [0, 1000] }, 'look.no-place', { place: 999 }],
      [{ key: [3, 1] }, 'look.no-place', {}],
    ])('%j is rejected', async (slice, code, params) => {
      await expect(lookAt(await trained(firstModel(), 0), of(slice))).rejects.toMatchObject({ code, params })
    })

    test('are required if an answer would be too large', async () => {
      const wide = firstModel(2048, 2)
      const training = await trained(wide, 0)
      const request = { values: [{ name: 'weight/multi-head/query' }] }
      await expect(lookAt(training, request)).rejects.toMatchObject({
        code: 'look.too-large',
        params: { name: 'weight/multi-head/query', count: 2048 * 2048, most: 4_000_000 },
      })
      const { values: told } = await lookAt(training, { values: [{ ...request.values[0], slice: { input: [0, 100] } }] })
      expect(told['weight/multi-head/query']!.shape).toEqual([100, 2048])
    })
  })

  describe('the next step', () => {
    const all = ({ train }: Training) => train.program.states.filter(({ role, trainable }) => role === 'weight' && trainable)

    test.each([
      ['plain', {}],
      ['clipped', { clipNorm: 0.05 }],
      ['of three batches', { accumulate: 3, batchSize: 8, clipNorm: 0.05 }],
    ])('its updates equal what it adds to the weights: %s', async (_, settings) => {
      const training = await trained(dropoutLab(settings))
      const names = all(training).map(({ name }) => name)
      const { values: told, missing } = await lookAt(training, values(...names.map((name) => `update/${name}`)))
      expect(missing).toEqual([])
      const before = training.model.states.read(names)
      await trainStep(training)
      const after = training.model.states.read(names)
      for (const name of names) {
        const added = after.get(name)!.map((x, i) => x - before.get(name)![i]!)
        expect(told[`update/${name}`]!.data, name).toEqual(added)
      }
    })

    test.each([
      ['of one batch', {}],
      ['of three batches', { accumulate: 3, batchSize: 8 }],
    ])('its gradients before clipping have the norm that the step reports: %s', async (_, settings) => {
      const training = await trained(dropoutLab({ ...settings, clipNorm: 0.05 }))
      const { values: told } = await lookAt(training, values(...all(training).map(({ name }) => `gradient/${name}`)))
      const norm = Math.hypot(...Object.values(told).flatMap(({ data }) => [...data]))
      expect(norm / (await trainStep(training)).gradientNorm).toBeCloseTo(1, 4)
    })

    test.each([
      ['of one batch', {}],
      ['of three batches', { accumulate: 3, batchSize: 8 }],
    ])('the gradient norms of all blocks together have the norm that the step reports: %s', async (_, settings) => {
      const training = await trained(dropoutLab({ ...settings, clipNorm: 0.05 }))
      const blocks = [...new Set(all(training).map(({ name }) => name.split('/')[0]!))]
      const { values: told, missing } = await lookAt(training, values(...blocks.map((block) => `gradientNorm/${block}`)))
      expect(missing).toEqual([])
      const norm = Math.hypot(...Object.values(told).map(({ data }) => data[0]!))
      expect(norm / (await trainStep(training)).gradientNorm).toBeCloseTo(1, 4)
    })

    test('the gradient norm at an output, in a step of several batches, is that of the last batch alone', async () => {
      const document = firstModel()
      const training = await trained({ ...document, training: { ...document.training, accumulate: 2 } })
      const { model, task } = training
      const ports = ['embedding/y', 'add/y', 'classifier/logits']
      const { values: told } = await lookAt(training, values(...ports.map((port) => `gradientNorm/${port}`)))
      const batchSize = document.training.batchSize
      const program = compileGradients(document, model.signature, batchSize, ports)
      const executable = executor.compile(program, model.states)
      const feeds = batchFeeds(program, task.trainBatch(document.training.seed, model.step * 2 + 2, batchSize), new Map())
      const alone = await executable.run(
        feeds,
        ports.map((port) => `gradient/${port}`),
      )
      for (const port of ports) {
        const expected = Math.hypot(...(alone.get(`gradient/${port}`) as Float32Array))
        expect(told[`gradientNorm/${port}`]!.data[0]! / expected).toBeCloseTo(1, 4)
      }
      executable.dispose()
    })

    test('blocks without weights, and outputs that nothing depends on, have no gradient norm', async () => {
      const names = ['gradientNorm/add', 'gradientNorm/tokens/ids', 'gradientNorm/nowhere', 'gradientNorm/embedding/table']
      const { missing } = await lookAt(await trained(), values(...names, 'gradientNorm/add/y'))
      expect(missing).toEqual(names.slice(0, 3))
    })

    test('a model without training data has no gradient norms', async () => {
      const { model } = await trained()
      const { missing } = await lookAt(
        { model, task: null },
        { inputs: [{ tokens: [1] }], ...values('gradientNorm/embedding') },
      )
      expect(missing).toEqual(['gradientNorm/embedding'])
    })

    test('its gradients do not depend on the inputs of the look', async () => {
      const training = await trained()
      const request = values('gradient/embedding/table')
      const one = await lookAt(training, request)
      expect((await lookAt(training, { inputs: [{ tokens: [1, 2] }], ...request })).values).toEqual(one.values)
      expect(one.values['gradient/embedding/table']!.axes).toEqual(['vocabulary', 'feature'])
    })

    test('frozen weights have no gradients', async () => {
      const document = firstModel()
      const nodes = document.graph.nodes.map((node) => (node.id === 'embedding' ? { ...node, frozen: true } : node))
      const training = await trained({ ...document, graph: { ...document.graph, nodes } })
      const names = ['gradient/embedding/table', 'update/embedding/table']
      expect((await lookAt(training, values(...names))).missing).toEqual(names)
    })
  })

  describe('leaves every byte unchanged', () => {
    const nodesWithBatchNorm = dropoutLab().graph.nodes.map((node) =>
      node.kind === 'norm' ? { ...node, params: { ...node.params, method: 'batch' } } : node,
    )
    const withBatchNorm = (settings: object): LabDocument => {
      const document = dropoutLab(settings)
      return { ...document, graph: { ...document.graph, nodes: nodesWithBatchNorm } }
    }

    test.each([
      ['one batch', {}],
      ['several batches and running statistics', { accumulate: 3, batchSize: 8 }],
    ])('training continues unchanged after a look: steps of %s', async (_, settings) => {
      const document = withBatchNorm(settings)
      const [watched, alone] = [await trained(document, 2), await trained(document, 2)]
      const weights = watched.train.program.states.filter(({ role }) => role === 'weight').map(({ name }) => name)
      const request = {
        inputs: [{ sample: 0 }, { tokens: [1, 2, 3] }],
        mutes: { 'multi-head/heads': [0, 1] },
        ...values('norm/output', 'norm/1-sub', ...weights.flatMap((name) => [`gradient/${name}`, `update/${name}`])),
      }
      for (let step = 3; step <= 5; step++) {
        const before = exportStates(watched)
        await lookAt(watched, request)
        await lookAt(watched, { ...request, focus: 1 })
        expect(exportStates(watched)).toEqual(before)
        await trainStep(watched)
        await trainStep(alone)
        expect(hashStates(watched, nodeSurroundings)).toBe(hashStates(alone, nodeSurroundings))
      }
    })
  })

  test('many concurrent looks at a finished model are all answered', async () => {
    const states = exportStates(await trained())
    const lab = dropoutLab()
    const task = createTask(lab.task, null)
    const model = openModel(executor, { lab, spec: task.spec, states, step: 3 })
    const requests = Array.from({ length: 20 }, (_, i) => ({
      inputs: Array.from({ length: 1 + (i % 12) }, (_, sample) => ({ sample })),
      ...values(i % 2 ? 'multi-head/attention' : 'feed-forward/3-gelu'),
    }))
    const looks = await Promise.all(requests.map((request) => lookAt({ model, task }, request)))
    expect(looks.map(({ seen }) => seen.length)).toEqual(requests.map(({ inputs }) => inputs.length))
    for (const { seen } of looks) expect(seen[0]).toEqual(looks[0]!.seen[0])
    model.dispose()
  })
})
