/** Measures what the budget of a training run is reckoned from: the times of single operations, and two whole reference models. */
import { standardLab, standardText, type StandardModel } from '@core/lab/standard-models'
import { ProgramBuilder } from '@core/program/builder'
import { sizeOf } from '@core/program/shapes'
import { summedMilliseconds, timingOf, type Calibration } from '@core/program/timing'
import type { Program, Shape } from '@core/program/types'
import { runBytes } from './budget'
import { rowWidth, samples, type Sample } from './calibration-samples'
import type { Executor, Feeds } from './executor'
import { evaluateOnce, peakMemory, timeSteps } from './measure'
import { createModel, disposeModel } from './model'

/** Unlike the models of the benchmark, so that predicting those is a prediction. */
const references: readonly StandardModel[] = [
  { width: 32, layers: 2, heads: 2, length: 24, batch: 12, vocabulary: 40 },
  { width: 160, layers: 3, heads: 5, length: 80, batch: 10, vocabulary: 80 },
]

const repetitions = 3
const fewestRuns = 2
/** Milliseconds that a program is measured for, unless fewer runs than the fewest fit. */
const period = 2
/** Of a reference model, at least so many steps and so many milliseconds of them. */
const fewestSteps = 4
const shortest = 200

/** Takes a few seconds and keeps the engine's cores busy. Wants a fresh process: what it ever had in memory counts. */
export async function calibrate(executor: Executor): Promise<Calibration> {
  const whole = []
  for (const [index, reference] of references.entries())
    whole.push(await runReference(executor, `reference ${index}`, reference))
  const times = await operationTimes(executor)
  const { bytesPerByte } = executor
  // Of the first, as a run begins: each model leaves something behind in the process.
  const { peak, bytes } = whole[0]!
  return {
    engine: executor.name,
    gigaflops: await matmulPeak(executor),
    times,
    references: whole.map(({ program, milliseconds }) => ({
      summed: summedMilliseconds(program, times),
      measured: milliseconds,
    })),
    memory: { base: Math.max(0, peak - bytesPerByte * bytes), perByte: bytesPerByte },
  }
}

async function runReference(executor: Executor, title: string, reference: StandardModel) {
  const model = await createModel(executor, standardLab(title, reference), standardText(reference))
  await evaluateOnce(model)
  let step = 1
  do await timeSteps(model, step++, 1)
  while (model.train.executable.threads === null)
  const times: number[] = []
  const began = performance.now()
  while (times.length < fewestSteps || performance.now() - began < shortest) times.push(...(await timeSteps(model, step++, 1)))
  const milliseconds = usual(times)
  disposeModel(model)
  const { program } = model.train
  return { program, milliseconds, peak: peakMemory(), bytes: runBytes(program, model.evaluate.program) }
}

async function operationTimes(executor: Executor): Promise<Calibration['times']> {
  const nothing: Sample = { sizes: [], emit: (_, __, { float }) => float([1]) }
  const overhead = (await measureSample(executor, nothing, [])).milliseconds
  const times: Calibration['times'] = {}
  for (const [key, sample] of Object.entries(samples)) {
    const points: [number, number][] = []
    for (const size of sample.sizes) {
      const { milliseconds, work } = await measureSample(executor, sample, size)
      points.push([work, Math.max((milliseconds - overhead) / repetitions, 1e-4)])
    }
    times[key] = points.toSorted(([a], [b]) => a - b)
  }
  return times
}

/** The operation is repeated on other numbers, and one element of each result asked for, so that hardly anything is read back. */
async function measureSample(executor: Executor, sample: Sample, size: readonly number[]) {
  const b = new ProgramBuilder()
  const feeds: Record<string, Int32Array> = {}
  const float = (shape: Shape) => weight(b, `state-${b.states.length}`, shape)
  const integer = (shape: Shape) => {
    const name = `input-${Object.keys(feeds).length}`
    feeds[name] = Int32Array.from({ length: sizeOf(shape) }, (_, i) => i % rowWidth)
    return b.dataInput(name, shape, 'int32')
  }
  let work = 1
  const elements = Array.from({ length: repetitions }, () => {
    const result = sample.emit(b, size, { float, integer })
    const op = b.producer(result)
    work = (op && timingOf(op)?.size) ?? work
    return b.cast(b.slice(b.reshape(result, [sizeOf(result.shape)]), [0], [1]), 'float32')
  })
  b.output('elements', b.concat(elements, 0))
  return { work, milliseconds: await runMilliseconds(executor, b.build(), feeds, 'elements') }
}

/** GFLOP/s of a large square product, the best of several. */
async function matmulPeak(executor: Executor): Promise<number> {
  const size = 768
  const b = new ProgramBuilder()
  const product = b.matmul(weight(b, 'a', [size, size]), weight(b, 'b', [size, size]))
  b.output('corner', b.slice(product, [0, 0], [1, 1]))
  return (2 * size ** 3) / (await runMilliseconds(executor, b.build(), {}, 'corner')) / 1e6
}

function weight(b: ProgramBuilder, name: string, shape: Shape) {
  return b.state({ name, block: '', role: 'weight', shape, initialiser: { kind: 'ones' }, trainable: true, decay: false })
}

/** Of the fastest run: what disturbs a run only ever makes it longer. */
async function runMilliseconds(executor: Executor, program: Program, feeds: Feeds, output: string): Promise<number> {
  const store = executor.createStore()
  const executable = await executor.compile(program, store)
  store.write(new Map(program.states.map(({ name, value }) => [name, numbers(sizeOf(value.shape))])))
  let fastest = Infinity
  await executable.run(feeds, [output])
  const began = performance.now()
  for (let run = 0; run < fewestRuns || performance.now() - began < period; run++) {
    const before = performance.now()
    await executable.run(feeds, [output])
    fastest = Math.min(fastest, performance.now() - before)
  }
  executable.dispose()
  store.dispose()
  return fastest
}

/** The lower quartile: half of what a machine that does other things takes longer is left out, and luck too. */
const usual = (milliseconds: readonly number[]): number => milliseconds.toSorted((a, b) => a - b)[milliseconds.length >> 2]!

/** Between 0.1 and 1.9. */
const pattern = Float32Array.from({ length: 2 ** 20 }, (_, i) => 0.1 + ((i * 37) % 180) / 100)
const numbers = (length: number): Float32Array => {
  if (length <= pattern.length) return pattern.subarray(0, length)
  return Float32Array.from({ length }, (_, i) => pattern[i % pattern.length]!)
}
