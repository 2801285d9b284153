/** Mixing truth and own predictions equals the sequential loop from left to right, whatever the decoder. */
import { engines } from '@core/contract/engine'
import { compile } from '@core/graph/compile'
import { fullSignature, lab } from '@core/graph/testing'
import { ProgramBuilder } from '@core/program/builder'
import { initialise } from '@core/random/initialisers'
import { stream } from '@core/random/stream'
import { hashIds } from '@core/random/hash'
import type { Signature } from '@core/signature'
import type { Batch } from '@core/tasks/types'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import type { Executable } from './executor'
import type { Compiled } from './model'
import { createTraining, hashStates, type Training } from './training'
import { freeRun, generateAll, rollOut, trainingBatch } from './teacher-forcing'
import { dateLab } from './testing/decoders'
import { trainStep } from './training-step'
import { nodeSurroundings } from '../main/engine/surroundings'

const none = new Map()

/** A decoder defined by a function from a row of tokens to the prediction at every position. */
function decoder(length: number, predict: (row: readonly number[]) => readonly number[]): Compiled {
  const b = new ProgramBuilder()
  b.dataInput('tokens', [1, length], 'int32')
  const executable: Pick<Executable, 'run'> = {
    run: ({ tokens }) => {
      const rows = Array.from({ length: tokens!.length / length }, (_, row) => [
        ...tokens!.subarray(row * length, (row + 1) * length),
      ])
      return Promise.resolve(new Map([['predictions', Int32Array.from(rows.flatMap((row) => predict(row)))]]))
    },
  }
  return { program: b.build(), executable: executable as Executable }
}

/** Each prediction depends on all tokens up to its position: a wrong token changes all that follow. */
const chaotic = (row: readonly number[]) => row.map((_, place) => 3 + (hashIds(row.slice(0, place + 1)) % 1000))

/** The definition: runs the decoder again for each position, with the current tokens before it. */
async function fromLeftToRight(compiled: Compiled, batch: Batch, length: number, isTruth: (index: number) => boolean) {
  const inputs = batch.tokens.slice()
  for (let place = 1; place < length; place++) {
    const feeds = { ...batch, tokens: inputs, gates: none }
    const { predictions } = await rollOut(compiled, feeds, { length, isTruth: () => true, guess: inputs, gates: none })
    for (let index = place; index < inputs.length; index += length) {
      if (!isTruth(index) && batch.mask?.[index] !== 0) inputs[index] = predictions[index - 1]!
    }
  }
  return inputs
}

/** Rows that start with 1, padded. */
function paddedRows(random: ReturnType<typeof stream>, rows: number, length: number): Batch {
  const tokens = new Int32Array(rows * length)
  const mask = new Float32Array(rows * length)
  for (let row = 0; row < rows; row++) {
    const real = 1 + random.integer(length)
    for (let place = 0; place < real; place++) {
      tokens[row * length + place] = place === 0 ? 1 : 2 + random.integer(3)
      mask[row * length + place] = 1
    }
  }
  return { tokens, mask, targets: tokens }
}

describe('a decoder whose predictions depend on everything before', () => {
  const cases = fc.record({ seed: fc.nat(), share: fc.constantFrom(0, 0.3, 0.7, 1), rows: fc.integer({ min: 1, max: 4 }) })

  test('gets the same inputs as in the sequential loop, whatever the guess', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ seed, share, rows }) => {
        const length = 9
        const random = stream(seed, 'test')
        const batch = paddedRows(random, rows, length)
        const coins = random.fillUniform(new Float32Array(rows * length))
        const isTruth = (index: number) => coins[index]! < share
        const compiled = decoder(length, chaotic)
        const expected = await fromLeftToRight(compiled, batch, length, isTruth)
        for (const guess of [batch.tokens, new Int32Array(rows * length)]) {
          const { inputs, predictions, passes } = await rollOut(compiled, batch, { length, isTruth, guess, gates: none })
          expect([...inputs]).toEqual([...expected])
          expect(passes).toBeLessThanOrEqual(length)
          const rowsOf = Array.from({ length: rows }, (_, row) => [...inputs.subarray(row * length, (row + 1) * length)])
          expect([...predictions]).toEqual(rowsOf.flatMap(chaotic))
        }
      }),
      { numRuns: 60 },
    )
  })

  test('needs one pass per position if every guess is wrong, and one if all inputs are the truth', async () => {
    const length = 6
    const batch: Batch = { tokens: Int32Array.from([1, 0, 0, 0, 0, 0]), targets: new Int32Array(length) }
    const run = (truth: boolean) =>
      rollOut(decoder(length, chaotic), batch, { length, isTruth: () => truth, guess: batch.tokens, gates: none })
    expect((await run(false)).passes).toBe(length)
    expect((await run(true)).passes).toBe(1)
    expect([...batch.tokens]).toEqual([1, 0, 0, 0, 0, 0])
  })
})

test('a free-running decoder that sees future tokens finds no truth to copy', async () => {
  const copyNext = (row: readonly number[]) => row.map((_, place) => row[place + 1] ?? 2)
  const tokens = Int32Array.from([1, 5, 6, 7])
  const batch: Batch = { tokens, targets: Int32Array.from([5, 6, 7, 2]) }
  const told = await rollOut(decoder(4, copyNext), batch, { length: 4, isTruth: () => true, guess: tokens, gates: none })
  expect([...told.predictions]).toEqual([5, 6, 7, 2])
  const free = await freeRun(decoder(4, copyNext), batch, 4, none)
  expect([...free.predictions].slice(0, 3).some((id) => id >= 5)).toBe(false)
})

describe('generating whole sequences', () => {
  const written = { begin: 1, end: 2 }
  /** Counts up from the number of the first token: 3, 4, 5, … and ends with 2 after `last`. */
  const countTo = (last: number) => (row: readonly number[]) =>
    row.map((token) => (token >= last ? 2 : token < 3 ? 3 : token + 1))
  const batch = (length: number): Batch => ({
    tokens: Int32Array.from({ length: 2 * length }, (_, index) => Number(index === 0)),
    targets: new Int32Array(2 * length),
    mask: Float32Array.from({ length: 2 * length }, (_, index) => Number(index < 2)),
  })

  test('goes on beyond the targets until the end token', async () => {
    const { predictions } = await generateAll(decoder(6, countTo(5)), batch(6), { length: 6, written }, none)
    expect([...predictions.subarray(0, 4)]).toEqual([3, 4, 5, 2])
    const short = await freeRun(decoder(6, countTo(5)), batch(6), 6, none)
    expect([...short.predictions.subarray(0, 2)]).toEqual([3, 4])
  })
  test('goes on to the longest sequence without an end token', async () => {
    const { predictions } = await generateAll(decoder(6, countTo(99)), batch(6), { length: 6, written }, none)
    expect([...predictions.subarray(0, 6)]).toEqual([3, 4, 5, 6, 7, 8])
  })
  test('takes no more passes than the generated sequence is long', async () => {
    const { passes } = await generateAll(decoder(50, countTo(5)), batch(50), { length: 50, written }, none)
    expect(passes).toBeLessThanOrEqual(5)
  })
  test('leaves rows of padding empty', async () => {
    const { inputs } = await generateAll(decoder(6, countTo(5)), batch(6), { length: 6, written }, none)
    expect([...inputs.subarray(6)]).toEqual([0, 0, 0, 0, 0, 0])
  })
})

describe.each(engines)('%s', (engine) => {
  const made: Training[] = []
  afterEach(() => made.splice(0).forEach(({ model }) => model.dispose()))
  const executor = () => createExecutor(engine, () => undefined)
  async function trainingOf(settings: object = {}) {
    const training = createTraining(await executor(), dateLab(settings), null)
    made.push(training)
    return training
  }

  test('a Transformer decoder gets the same inputs as in the sequential loop', async () => {
    const signature: Signature = { ...fullSignature('tokens'), causal: true, written: { begin: 1, end: 2 } }
    const document = lab(
      [
        'tokens',
        ['embedding', { width: 8 }],
        'position',
        ['tokens as source', { sequence: 'source' }],
        ['embedding as memory', { width: 8 }],
        ['multi-head', { heads: 2, mask: 'causal' }],
        ['cross-attention', { heads: 2 }],
        'add',
        'classifier',
      ],
      [
        'tokens.ids > embedding.ids',
        'embedding.y > position.x',
        'source.ids > memory.ids',
        'position.y > multi-head.x',
        'multi-head.y > cross-attention.x',
        'memory.y > cross-attention.memory',
        'multi-head.y > add.a',
        'cross-attention.y > add.b',
        'add.y > classifier.x',
      ],
    )
    const rows = 5
    const program = compile(document, signature, { mode: 'evaluate', batch: rows })
    const ready = await executor()
    const store = ready.createStore()
    const executable = ready.compile(program, store)
    const weights = program.states.map(
      ({ name, initialiser, value }) => [name, initialise(initialiser, value.shape, 4, name).map((x) => 2 * x)] as const,
    )
    store.write(new Map(weights))
    const random = stream(3, 'test')
    const source = Int32Array.from({ length: rows * 5 }, () => 1 + random.integer(3))
    const batch = { ...paddedRows(random, rows, signature.length), source, sourceMask: new Float32Array(rows * 5).fill(1) }
    const coins = random.fillUniform(new Float32Array(rows * signature.length))
    for (const share of [0, 0.5]) {
      const isTruth = (index: number) => coins[index]! < share
      const { length } = signature
      const expected = await fromLeftToRight({ program, executable }, batch, length, isTruth)
      const guesses = [batch.tokens, new Int32Array(batch.tokens.length)]
      for (const guess of guesses) {
        const { inputs } = await rollOut({ program, executable }, batch, { length, isTruth, guess, gates: none })
        expect([...inputs]).toEqual([...expected])
      }
      expect([...expected]).not.toEqual([...batch.tokens])
    }
    executable.dispose()
    store.dispose()
  })

  test('a truth share of 1 costs nothing and changes no bit', async () => {
    const forced = await trainingOf({ teacherForcing: { schedule: 'linear', start: 1, end: 1 } })
    const plain = await trainingOf()
    expect(forced.rollout).toBeNull()
    for (const training of [forced, plain]) for (let step = 1; step <= 3; step++) await trainStep(training)
    expect(hashStates(forced, nodeSurroundings)).toBe(hashStates(plain, nodeSurroundings))
  })

  test('inputs are the truth as often as the schedule says, and equal for the same seed and batch', async () => {
    const training = await trainingOf({ teacherForcing: { schedule: 'constant', start: 0.25 } })
    const { seed, batchSize } = training.model.lab.training
    const batch = training.task.trainBatch(seed, 3, batchSize)
    const mixed = await trainingBatch(training, 3, 3)
    expect([...(await trainingBatch(training, 3, 3)).tokens]).toEqual([...mixed.tokens])
    // An untrained model is mostly wrong, so predictions are distinguishable from the truth.
    const { length } = training.task.spec.signature
    const asked = [...batch.tokens.keys()].filter((index) => index % length > 0 && batch.mask![index] === 1)
    const kept = asked.filter((index) => mixed.tokens[index] === batch.tokens[index]).length
    expect(kept / asked.length).toBeGreaterThan(0.2)
    expect(kept / asked.length).toBeLessThan(0.45)
    const untouched = [...batch.tokens.keys()].filter((index) => !asked.includes(index))
    expect(untouched.every((index) => mixed.tokens[index] === batch.tokens[index])).toBe(true)
    expect(mixed.targets).toEqual(batch.targets)
  })
})
