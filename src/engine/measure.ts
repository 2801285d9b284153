/** Training steps of a lab by the clock, and the memory they take. */
import type { Measurement } from '@core/contract/worker'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { costOf } from '@core/program/cost'
import { evaluate } from './evaluation'
import type { Executor } from './executor'
import type { Surroundings } from './surroundings'
import { createTraining, type Subject, type Training } from './training'
import { trainStep } from './training-step'

export interface MeasureRequest {
  readonly lab: LabDocument
  readonly data: string | null
  readonly steps: number
  /** Whether a validation batch is looked at first, as a run does now and then, and by the clock. */
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
  let made: Promise<Training> | undefined
  return async ({ lab, data, steps, evaluate: looks }) => {
    made ??= executor().then((ready) => createTraining(ready, lab, data))
    const training = await made
    const { model, train } = training
    if (JSON.stringify(model.lab) !== JSON.stringify(lab)) throw new LabError('run.already-started')
    const evaluationMilliseconds = looks ? await timeEvaluation(training, now) : null
    const milliseconds = await timeSteps(training, steps, now)
    const { engine, parameters } = model
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

/** Milliseconds of each of so many training steps. */
async function timeSteps(training: Training, steps: number, now: () => number): Promise<number[]> {
  const milliseconds: number[] = []
  while (milliseconds.length < steps) {
    const began = now()
    await trainStep(training)
    milliseconds.push(now() - began)
  }
  return milliseconds
}

/** Milliseconds of one validation batch, once the engine has made ready for it. */
async function timeEvaluation(subject: Subject, now: () => number): Promise<number> {
  const once = () => evaluate(subject, new Map(), { batches: 1, sequences: 1 }, () => Promise.resolve('go on'))
  await once()
  const began = now()
  await once()
  return now() - began
}
