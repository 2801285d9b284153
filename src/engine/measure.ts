/** Training steps of a lab by the clock, and the memory they take. */
import type { Measurement } from '@core/contract/run'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { costOf } from '@core/program/cost'
import { evaluate } from './evaluation'
import type { Executor } from './executor'
import { createModel, type Model } from './model'
import type { Surroundings } from './surroundings'
import { trainStep } from './training-step'

export interface MeasureRequest {
  readonly lab: LabDocument
  readonly data: string | null
  readonly steps: number
  /** Whether a held-out batch is looked at first, as a run does now and then, and by the clock. */
  readonly evaluate: boolean
}

export interface Instruments extends Pick<Surroundings, 'now'> {
  /** Most bytes that were ever in memory at once. */
  readonly peakMemory: () => number
}

/** Measures one lab, which the first call names: later calls go on with its model. */
export function createMeter(
  executor: () => Promise<Executor>,
  { now, peakMemory }: Instruments,
): (request: MeasureRequest) => Promise<Measurement> {
  let made: Promise<Model> | undefined
  let step = 0
  return async ({ lab, data, steps, evaluate: looks }) => {
    made ??= executor().then((ready) => createModel(ready, lab, data))
    const model = await made
    if (JSON.stringify(model.lab) !== JSON.stringify(lab)) throw new LabError('run.already-started')
    const evaluationMilliseconds = looks ? await timeEvaluation(model, now) : null
    const milliseconds = await timeSteps(model, step + 1, steps, now)
    step += steps
    const { engine, parameters, train } = model
    const { threads } = train.executable
    return {
      engine,
      parameters,
      milliseconds,
      evaluationMilliseconds,
      flopsPerStep: costOf(train.program).flops.total,
      peakBytes: peakMemory(),
      threads,
    }
  }
}

/** Milliseconds of each of so many training steps, from the first, which counts from 1. */
async function timeSteps(model: Model, first: number, steps: number, now: () => number): Promise<number[]> {
  const milliseconds: number[] = []
  for (let step = first; step < first + steps; step++) {
    const began = now()
    await trainStep(model, step, model.lab.training.learningRate)
    milliseconds.push(now() - began)
  }
  return milliseconds
}

/** Milliseconds of one held-out batch, once the engine has made ready for it. */
async function timeEvaluation(model: Model, now: () => number): Promise<number> {
  const once = () => evaluate(model, 0, new Map(), { batches: 1, sequences: 1 }, () => Promise.resolve('go on'))
  await once()
  const began = now()
  await once()
  return now() - began
}
