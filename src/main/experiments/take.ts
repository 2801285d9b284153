/** One run of an experiment: one variation with one seed, measured before and after it is trained. */
import type { Evaluation } from '@core/contract/runs'
import { LabError } from '@core/errors'
import { experiments } from '@core/experiments'
import type { MeasureName } from '@core/experiments/measures'
import type { Experiment, Variation } from '@core/experiments/types'
import type { Measured, Values } from '@core/experiments/verdict'
import type { LabDocument } from '@core/lab/document'
import type { Executor } from '@engine/executor'
import { createTraining, exportStates, type Training } from '@engine/training'
import type { SafeTensor } from '@engine/safetensors'
import { trainStep } from '@engine/training-step'
import { transplant } from '@engine/transplant'
import type { Measure } from './define'
import { measuring } from './measures'
import { alongTheWay, evaluated, type Subject } from './subject'

export interface Job {
  readonly experiment: string
  readonly variation: string
  readonly seed: number
  readonly quick: boolean
}

/** Points of a learning curve, besides the one before the first step. */
const points = 20

/** A function of the job and the engine alone. Throws LabError. */
export async function take(executor: Executor, job: Job): Promise<Values> {
  const experiment = experiments.find(({ id }) => id === job.experiment)
  const variation = experiment?.variations.find(({ id }) => id === job.variation)
  if (!experiment || !variation) throw new LabError('experiment.unknown', { id: job.experiment, known: experimentIds() })
  return measured(executor, experiment, variation, job)
}

export const experimentIds = (): string => experiments.map(({ id }) => id).join(', ')

async function measured(
  executor: Executor,
  experiment: Experiment,
  variation: Variation,
  { seed, quick }: Job,
): Promise<Values> {
  const steps = quick ? variation.quickSteps : variation.steps
  const { before } = variation
  const given = before ? await pretrained(executor, before.lab, quick ? before.quickSteps : before.steps, seed) : null
  const training = createTraining(executor, seeded(variation.lab, steps, seed), null)
  try {
    if (given) transplant(training.model, given, variation.id)
    const values = new Map<MeasureName, Measured>()
    const curve: Evaluation[] = []
    const takeAll = async (...at: readonly Measure['at'][]): Promise<void> => {
      let evaluation: Promise<Evaluation> | undefined
      const subject: Subject = { training, curve, evaluation: () => (evaluation ??= evaluated(training)) }
      for (const name of experiment.measures) {
        if (at.includes(measuring[name].at)) values.set(name, await measuring[name].take(subject))
      }
    }
    const needsCurve = experiment.measures.some((name) => measuring[name].at === 'along')
    await takeAll('start')
    await trained(training, steps, async () => {
      if (needsCurve) curve.push(await evaluated(training, alongTheWay))
    })
    await takeAll('along', 'end')
    return Object.fromEntries(values)
  } finally {
    training.model.dispose()
  }
}

/** The weights of a lab that was trained before. */
async function pretrained(
  executor: Executor,
  lab: LabDocument,
  steps: number,
  seed: number,
): Promise<ReadonlyMap<string, SafeTensor>> {
  const training = createTraining(executor, seeded(lab, steps, seed), null)
  try {
    await trained(training, steps, () => Promise.resolve())
    return exportStates(training)
  } finally {
    training.model.dispose()
  }
}

/** A lab says its steps, at least one: a schedule reads them. */
function seeded(lab: LabDocument, steps: number, seed: number): LabDocument {
  return { ...lab, training: { ...lab.training, steps: Math.max(1, steps), seed } }
}

async function trained(training: Training, steps: number, look: () => Promise<void>): Promise<void> {
  if (steps === 0) return
  await look()
  for (let step = 1; step <= steps; step++) {
    await trainStep(training)
    if (step % Math.ceil(steps / points) === 0 || step === steps) await look()
  }
}
