/** Activation patching finds the circuit of a trained model, and refuses inputs that cannot be compared. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { newAbort } from '@core/contract/cancel'
import { engines } from '@core/contract/engine'
import { patchRequest, type PatchReport } from '@core/contract/patch'
import type { Progress } from '@core/contract/progress'
import { firstModel, lab } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import { parseLab } from '@core/lab/read'
import { standardLab } from '@core/models/standard-models'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createExecutor } from '../../main/engine/choose'
import { nodeSurroundings } from '../../main/engine/surroundings'
import type { Executor } from '../executor'
import { dateLab } from '../testing/decoders'
import { createTraining, hashStates, type Training } from '../training'
import { trainStep } from '../training-step'
import { patch } from './patch'
import * as windows from './window'

const labs = join(import.meta.dirname, '../../../resources/labs')
const recall = parseLab(readFileSync(join(labs, 'associative-recall.json'), 'utf8'))
const request = (a: object, b: object, more: object = {}) => patchRequest.parse({ a, b, ...more })

const effectAt = ({ rows }: PatchReport, block: string, head: number | null, position: number): number =>
  rows.find((row) => row.block === block && row.head === head)!.effects[position]!

type Weights = ReadonlyMap<string, Float32Array>
const hold = ({ model }: Training): Weights =>
  new Map([...model.states.read(model.weights.map(({ name }) => name))].map(([name, data]) => [name, Float32Array.from(data)]))
/** Weights of the trained model, for both engines: trained once. */
let learned: Weights | undefined

describe.each(engines)('%s', (engine) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor(engine, () => undefined)
  })
  const made: Training[] = []
  afterEach(() => made.splice(0).forEach(({ model }) => model.dispose()))
  async function trained(document: LabDocument, steps: number, known?: Weights): Promise<Training> {
    const training = createTraining(executor, document, null)
    made.push(training)
    if (known) training.model.states.write(known)
    else for (let step = 1; step <= steps; step++) await trainStep(training)
    return training
  }

  /**
   * Three pairs and a query: `a 1 b 2 c 3 b` is answered by 2, at position 3. The known circuit: an attention head of the first layer
   * carries each letter to its digit, one position on (it attends to the previous token); one of the second layer looks up the letter
   * asked for, and carries the digit to the last position. So a changed digit acts at its own position before the second layer, and at the
   * last position behind it; and a changed letter acts at its own position before the first layer, at the digit's between the layers, and at
   * the last behind the second.
   */
  test('finds the circuit of associative recall', async () => {
    const training = await trained(recall, 1500, learned)
    learned ??= hold(training)
    const { vocabulary } = training.task.spec.tokeniser
    const ids = (text: string) => ({ tokens: text.split(' ').map((token) => vocabulary.indexOf(token)) })
    const before = hashStates(training, nodeSurroundings)

    const digit = await patch(training, request(ids('a 1 b 2 c 3 b'), ids('a 1 b 7 c 3 b')))
    expect(training.task.spec.classes[digit.answer]).toBe('2')
    expect(digit.position).toBeNull()
    expect(digit.rows.find(({ block }) => block === 'embedding')!.effects.map((effect) => Math.round(effect))).toEqual(
      Float32Array.of(0, 0, 0, 1, 0, 0, 0),
    )
    expect(effectAt(digit, 'add-feed-forward-1', null, 3)).toBeGreaterThan(0.8)
    expect(effectAt(digit, 'attention-2', null, 6)).toBeGreaterThan(0.8)
    for (const position of [0, 1, 2, 4, 5]) {
      expect(Math.abs(effectAt(digit, 'add-feed-forward-1', null, position))).toBeLessThan(0.2)
      expect(Math.abs(effectAt(digit, 'attention-2', null, position))).toBeLessThan(0.2)
    }

    // In B, the pair of 2 belongs to another letter, which is not asked for.
    const letter = await patch(training, request(ids('a 1 b 2 c 3 b'), ids('a 1 d 2 c 3 b')))
    expect(effectAt(letter, 'embedding', null, 2)).toBeCloseTo(1, 3)
    expect(effectAt(letter, 'attention-1', null, 3)).toBeGreaterThan(0.6)
    expect(effectAt(letter, 'add-feed-forward-1', null, 3)).toBeGreaterThan(0.6)
    expect(effectAt(letter, 'attention-2', null, 6)).toBeGreaterThan(0.6)
    const attention = letter.rows.filter(({ block, head }) => block === 'attention-1' && head === null)
    expect(attention[0]!.effects.indexOf(Math.max(...attention[0]!.effects))).toBe(3)
    // Behind the last block, the last position holds the whole answer.
    expect(effectAt(letter, 'norm', null, 6)).toBeCloseTo(1, 3)
    expect(hashStates(training, nodeSurroundings)).toBe(before)
  }, 240_000)

  test('typed texts, with progress; a place where the inputs are the same has no effect', async () => {
    const training = await trained(firstModel(), 5)
    const { tokens } = training.task.evaluationBatch(0, 2)
    expect(tokens.length).toBeGreaterThan(0)
    const told: Progress[] = []
    const report = await patch(training, request({ text: 'abcd' }, { text: 'abcc' }), { onProgress: (each) => told.push(each) })
    expect(report.rows.find(({ block }) => block === 'embedding')!.effects.slice(0, 3)).toEqual(new Float32Array(3))
    expect(report.rows.every(({ effects }) => effects.length === report.a.tokens.length)).toBe(true)
    expect(told.at(-1)).toEqual({ done: told.length, of: told.length })
  })

  test('a short text in a causal model is read in a short window: the same effects in fewer passes', async () => {
    const small = standardLab('small', { width: 16, layers: 2, heads: 2, length: 32, batch: 4, vocabulary: 20 })
    const nodes = small.graph.nodes.map((node) =>
      node.kind === 'position' ? { ...node, params: { method: 'learned', rows: 80 } } : node,
    )
    const training = await trained({ ...small, graph: { ...small.graph, nodes }, task: { kind: 'characters', params: {} } }, 20)
    async function patched() {
      let passes = 0
      const report = await patch(training, request({ text: 'the cat' }, { text: 'the cab' }), { onProgress: () => passes++ })
      return { ...report, passes }
    }
    const short = await patched()
    const whole = vi.spyOn(windows, 'windowFor').mockImplementation(({ signature }) => signature)
    const long = await patched()
    whole.mockRestore()
    expect([short.position, short.answer]).toEqual([long.position, long.answer])
    const [ours, theirs] = [short, long].map(({ rows }) => rows.flatMap(({ effects }) => [...effects]))
    ours!.forEach((effect, index) => expect(effect).toBeCloseTo(theirs![index]!, 3))
    expect(Math.max(...theirs!)).toBeGreaterThan(0.9)
    expect(short.passes).toBeLessThan(long.passes / 4)
    // A table of as many positions as the window has, or attention to later tokens, needs the whole window.
    const fixed = await trained({ ...small, task: { kind: 'characters', params: {} } }, 0)
    expect(windows.windowFor(fixed.model, 5).length).toBe(fixed.model.signature.length)
  })

  test('a model that generates: both inputs read what it generates for the first', async () => {
    const training = await trained(dateLab(), 60)
    const same = { text: '', source: 'the third of may nineteen ninety eight' }
    await expect(patch(training, request(same, same))).rejects.toMatchObject({ code: 'patch.same-answer' })
    const found = await patch(training, request(same, { text: '', source: 'the third of may nineteen ninety three' }))
    expect([...found.a.tokens]).toEqual([...found.b.tokens])
    expect(found.rows.some(({ sequence, effects }) => sequence === 'source' && effects.length === found.a.source!.length)).toBe(
      true,
    )
  })

  test('refuses what cannot be compared', async () => {
    const training = await trained(firstModel(), 3)
    const refusal = (a: object, b: object, more: object = {}) => patch(training, request(a, b, more))
    await expect(refusal({ text: 'abcd' }, { text: 'abc' })).rejects.toMatchObject({
      code: 'patch.length',
      params: { a: 4, b: 3 },
    })
    await expect(refusal({ text: 'abcd' }, { text: 'abcd' })).rejects.toMatchObject({ code: 'patch.same-answer' })
    await expect(refusal({ text: 'abcd' }, { text: 'abcc' }, { position: 4 })).rejects.toMatchObject({
      code: 'patch.no-position',
      params: { position: 5, count: 4 },
    })
    await expect(refusal({ text: 'abcd' }, { text: 'abcc' }, { mutes: { 'no/gate': [0] } })).rejects.toMatchObject({
      code: 'run.unknown-gate',
    })
    const abort = newAbort()
    const cancelled = patch(training, request({ text: 'abcd' }, { text: 'abcc' }), {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    })
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('refuses a task without classes, more places than it may try, and weights that are not finite', async () => {
    const sums = {
      ...lab(['numbers', 'pool', 'regression'], ['numbers.y > pool.x', 'pool.y > regression.x']),
      task: { kind: 'adding', params: {} },
    }
    const number = await trained(sums, 1)
    await expect(patch(number, request({ sample: 0 }, { sample: 1 }))).rejects.toMatchObject({ code: 'patch.no-classes' })

    const norms = Array.from({ length: 1300 }, (_, index) => `norm-${index}`)
    const chain = ['embedding', ...norms, 'classifier']
    const deep = lab(
      ['tokens', ['embedding', { width: 2 }], ...norms.map((id) => `norm as ${id}`), 'classifier'],
      ['tokens.ids > embedding.ids', ...chain.slice(1).map((id, index) => `${chain[index]}.y > ${id}.x`)],
    )
    const long = await trained({ ...deep, task: { kind: 'reverse', params: { length: 16 } } }, 0)
    const letters = Array.from({ length: 16 }, () => 1)
    await expect(patch(long, request({ tokens: letters }, { tokens: [2, ...letters.slice(1)] }))).rejects.toMatchObject({
      code: 'patch.too-large',
      params: { count: 1301 * 16, most: 20_000 },
    })

    const broken = await trained(firstModel(), 1)
    const [table] = broken.model.weights
    broken.model.states.write(new Map([[table!.name, new Float32Array(table!.value.shape.reduce((a, b) => a * b)).fill(NaN)]]))
    await expect(patch(broken, request({ text: 'abcd' }, { text: 'abcc' }))).rejects.toMatchObject({ code: 'patch.not-finite' })
  })
})
