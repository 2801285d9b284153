/** One run of an experiment: one variation with one seed, measured before and after training. */
import type { Evaluation } from '@core/contract/runs'
import type { Progress } from '@core/contract/progress'
import type { MeasureName } from '@core/experiments/measures'
import type { Variation } from '@core/experiments/types'
import type { Measured, Values } from '@core/experiments/verdict'
import type { LabDocument } from '@core/lab/document'
import type { Executor } from '@engine/executor'
import { createTraining, exportStates, type Training } from '@engine/training'
import { trainStep } from '@engine/training-step'
import { transplant } from '@engine/transplant'
import type { WeightsFile } from '@engine/weights-file'
import type { Measure } from './define'
import { measuring } from './measures'
import { alongTheWay, evaluated, type Subject } from './subject'

/** A lab to train for a number of steps with one seed, and what to measure. */
export interface Job {
  readonly lab: LabDocument
  readonly steps: number
  /** Pretraining; weights of the same name and shape are copied from it. */
  readonly before: { readonly lab: LabDocument; readonly steps: number } | null
  readonly seed: number
  readonly measures: readonly MeasureName[]
}

export function jobOf(variation: Variation, measures: readonly MeasureName[], quick: boolean, seed: number): Job {
  const { lab, steps, quickSteps, before } = variation
  return {
    lab,
    steps: quick ? quickSteps : steps,
    before: before ? { lab: before.lab, steps: quick ? before.quickSteps : before.steps } : null,
    seed,
    measures,
  }
}

/** Number of points of a learning curve, besides the one before the first step. */
const points = 20

/** The result depends on the job and the engine alone. `onStep` is called after each training step. Throws LabError. */
export async function take(executor: Executor, job: Job, onStep: (progress: Progress) => void): Promise<Values> {
  const { lab, steps, before, seed, measures } = job
  const of = steps + (before?.steps ?? 0)
  let done = 0
  const stepped = (): void => onStep({ done: ++done, of })
  const given = before ? await pretrained(executor, before, seed, stepped) : null
  const training = createTraining(executor, seeded(lab, steps, seed), null)
  try {
    if (given) transplant(training.model, given, 'before')
    const values = new Map<MeasureName, Measured>()
    const curve: Evaluation[] = []
    const takeAll = async (...at: readonly Measure['at'][]): Promise<void> => {
      let evaluation: Promise<Evaluation> | undefined
      const subject: Subject = { training, curve, evaluation: () => (evaluation ??= evaluated(training)) }
      for (const name of measures) {
        if (at.includes(measuring[name].at)) values.set(name, await measuring[name].take(subject))
      }
    }
    const needsCurve = measures.some((name) => measuring[name].at === 'along')
    await takeAll('start')
    await trained(training, steps, stepped, async () => {
      if (needsCurve) curve.push(await evaluated(training, alongTheWay))
    })
    await takeAll('along', 'end')
    return Object.fromEntries(values)
  } finally {
    training.model.dispose()
  }
}

/** The weights of the pretrained lab. */
async function pretrained(
  executor: Executor,
  { lab, steps }: { readonly lab: LabDocument; readonly steps: number },
  seed: number,
  stepped: () => void,
): Promise<WeightsFile> {
  const training = createTraining(executor, seeded(lab, steps, seed), null)
  try {
    await trained(training, steps, stepped, () => Promise.resolve())
    return { tensors: exportStates(training), graph: lab.graph }
  } finally {
    training.model.dispose()
  }
}

/** Labs need at least one step, as schedules depend on it. */
function seeded(lab: LabDocument, steps: number, seed: number): LabDocument {
  return { ...lab, training: { ...lab.training, steps: Math.max(1, steps), seed } }
}

async function trained(training: Training, steps: number, stepped: () => void, look: () => Promise<void>): Promise<void> {
  if (steps === 0) return
  await look()
  for (let step = 1; step <= steps; step++) {
    await trainStep(training)
    stepped()
    if (step % Math.ceil(steps / points) === 0 || step === steps) await look()
  }
}
