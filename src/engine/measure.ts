/** Measures time and memory of a lab's training steps. */
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
  /** Whether to evaluate and time a validation batch first, as runs do. */
  readonly evaluate: boolean
}

export interface Instruments extends Pick<Surroundings, 'now'> {
  /** Peak memory of the process in bytes. */
  readonly peakMemory: () => number
}

/** Measures one lab, given by the first call; later calls continue with the same model. */
export function createMeter(
  executor: () => Promise<Executor>,
  { now, peakMemory }: Instruments,
): (request: MeasureRequest) => Promise<Measurement> {
  let made: Promise<Training> | undefined
  return async ({ lab, data, steps, evaluate: looks }) => {
    made ??= executor().then((ready) => createTraining(ready, lab, data))
    const training = await made
    const { model, train, shards } = training
    if (JSON.stringify(model.lab) !== JSON.stringify(lab)) throw new LabError('run.already-started')
    const evaluationMilliseconds = looks ? await timeEvaluation(training, now) : null
    const milliseconds = await timeSteps(training, steps, now)
    const { engine, parameters } = model
    const threads = shards ? shards.threads : train.executable.threads
    return {
      engine,
      device: model.executor.device,
      parameters,
      milliseconds,
      evaluationMilliseconds,
      flopsPerStep: costOf(train.program).flops.total,
      peakBytes: peakMemory(),
      threads,
    }
  }
}

/** Milliseconds of each of `steps` training steps. */
async function timeSteps(training: Training, steps: number, now: () => number): Promise<number[]> {
  const milliseconds: number[] = []
  while (milliseconds.length < steps) {
    const began = now()
    await trainStep(training)
    milliseconds.push(now() - began)
  }
  return milliseconds
}

/** Milliseconds of one validation batch, after a warm-up. */
async function timeEvaluation(subject: Subject, now: () => number): Promise<number> {
  const once = () => evaluate(subject, new Map(), { batches: 1, sequences: 1 }, () => Promise.resolve('go on'))
  await once()
  const began = now()
  await once()
  return now() - began
}
