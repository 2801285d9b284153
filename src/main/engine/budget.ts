/** What a training run will take on this machine, before it starts: from the lab's programs and the machine's calibration. */
import type { Budget } from '@core/contract/lab'
import { compile } from '@core/graph/compile'
import type { LabDocument } from '@core/lab/document'
import { costOf } from '@core/program/cost'
import { predictedMilliseconds, type Calibration } from '@core/program/timing'
import type { Program } from '@core/program/types'
import type { TaskSpec } from '@core/tasks/types'
import { quickBatches, thoroughBatches } from './evaluation'
import { evaluationBatch } from './model'

/** Throws LabError for a lab that cannot be trained. */
export function budgetOf(lab: LabDocument, spec: TaskSpec, calibration: Calibration): Budget {
  const train = compile(lab, spec, { mode: 'train' })
  const batch = evaluationBatch(lab, spec)
  const evaluate = compile(lab, spec, { mode: 'evaluate', batch })
  const { steps, accumulate, evaluateEvery } = lab.training
  const stepSeconds = (accumulate * predictedMilliseconds(train, calibration)) / 1000
  const batches = Math.ceil(spec.heldOut / batch)
  const looks = Math.ceil(steps / evaluateEvery) - 1
  const evaluations = looks * Math.min(batches, quickBatches) + Math.min(batches, thoroughBatches)
  const { base, perByte } = calibration.memory
  return {
    engine: calibration.engine,
    parameters: costOf(train).parameters,
    peakBytes: Math.round(base + perByte * runBytes(train, evaluate)),
    stepsPerSecond: 1 / stepSeconds,
    secondsToFinish: steps * stepSeconds + (evaluations * predictedMilliseconds(evaluate, calibration)) / 1000,
  }
}

/** What both programs of a run need, the states once. */
export function runBytes(train: Program, evaluate: Program): number {
  const { bytes, stateBytes } = costOf(evaluate)
  return costOf(train).bytes + bytes - stateBytes
}
