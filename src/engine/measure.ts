/** Training steps of a lab by the clock, and the memory of the process they run in. */
import { readFileSync } from 'node:fs'
import type { Measurement } from '@core/contract/run'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { costOf } from '@core/program/cost'
import { evaluate } from './evaluation'
import type { Executor } from './executor'
import { createModel, type Model } from './model'
import { trainStep } from './training-step'

export interface MeasureRequest {
  readonly lab: LabDocument
  readonly data: string | null
  readonly steps: number
  /** Whether a held-out batch is looked at first, as a run does now and then, and by the clock. */
  readonly evaluate: boolean
}

/** Measures one lab, which the first call names: later calls go on with its model. */
export function createMeter(executor: () => Promise<Executor>): (request: MeasureRequest) => Promise<Measurement> {
  let made: Promise<Model> | undefined
  let step = 0
  return async ({ lab, data, steps, evaluate: looks }) => {
    made ??= executor().then((ready) => createModel(ready, lab, data))
    const model = await made
    if (JSON.stringify(model.lab) !== JSON.stringify(lab)) throw new LabError('run.already-started')
    const evaluationMilliseconds = looks ? await timeEvaluation(model) : null
    const milliseconds = await timeSteps(model, step + 1, steps)
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
async function timeSteps(model: Model, first: number, steps: number): Promise<number[]> {
  const milliseconds: number[] = []
  for (let step = first; step < first + steps; step++) {
    const began = performance.now()
    await trainStep(model, step, model.lab.training.learningRate)
    milliseconds.push(performance.now() - began)
  }
  return milliseconds
}

/** Milliseconds of one held-out batch, once the engine has made ready for it. */
async function timeEvaluation(model: Model): Promise<number> {
  const once = () => evaluate(model, 0, new Map(), { batches: 1, sequences: 1 }, () => Promise.resolve('go on'))
  await once()
  const began = performance.now()
  await once()
  return performance.now() - began
}

/** Bytes of this process that were ever in memory at once. On Linux, `maxRSS` begins with what the parent had. */
export function peakMemory(): number {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : ''
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]
  return 1024 * Number(kilobytes ?? process.resourceUsage().maxRSS)
}
