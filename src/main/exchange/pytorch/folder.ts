/** What a PyTorch folder contains: `model.py` with its weights, training that goes on, and our numbers to compare with. */
import { textIn, type LabDocument } from '@core/lab/document'
import type { Signature } from '@core/signature'
import type { TaskInstance, TaskSpec } from '@core/tasks/types'
import type { Executor } from '@engine/executor'
import { writeSafeTensors, type SafeTensor } from '@engine/safetensors'
import { nextBatches } from './batches'
import { comparedSteps, computeFixture } from './fixture'
import { about, applicationVersion, resource } from '../library'
import { writeModel, type PythonModel } from './model'
import { expanded, withoutDropout } from './still'

export interface Leaving {
  readonly lab: LabDocument
  readonly spec: TaskSpec
  /** Null where there are no batches, and so no training and nothing to compare with. */
  readonly task: TaskInstance | null
  /** Weights and running statistics. */
  readonly weights: ReadonlyMap<string, SafeTensor>
  /** States of the optimiser; empty for an untrained model. */
  readonly optimiser: ReadonlyMap<string, SafeTensor>
  readonly step: number
  readonly learningRate: number
}

/** Files with every export, and with those that have batches. */
export const always = ['README.md', 'model.py', 'weights.safetensors'] as const
export const withBatches = [
  'train.py',
  'verify.py',
  'training.json',
  'optimiser.safetensors',
  'data/batches.safetensors',
  'fixture.safetensors',
] as const

type Name = (typeof always)[number] | (typeof withBatches)[number]
export type Files = ReadonlyMap<Name, string | Uint8Array>

/** Steps whose batches are written: those that the lab has left, and at least a hundred. */
const leastSteps = 100

/** `model.py` alone; `also` names definitions of the library that it has beside what it uses. Throws LabError for a graph that does not compile. */
export function pythonModel(lab: LabDocument, signature: Signature, step: number, also = 'load'): PythonModel {
  const title = `${textIn(lab.title, 'en')}, exported by Attention Lab ${applicationVersion()} after step ${step}.`
  return writeModel(expanded(lab), signature, title, also)
}

/** All files. Takes the compared steps with the engine that `openExecutor` gives; `pause` is awaited between them and may throw. */
export async function writeFolder(
  leaving: Leaving,
  openExecutor: () => Promise<Executor>,
  pause: (done: number, of: number) => Promise<void>,
): Promise<Files> {
  const { lab, task, weights, optimiser, step, learningRate } = leaving
  const model = pythonModel(lab, leaving.spec.signature, step)
  const kept = new Map(model.states.map(({ name }) => [name, weights.get(name)!] as const))
  const metadata = { producer: 'attention-lab', step: String(step), lab: JSON.stringify(lab) }
  const files = new Map<Name, string | Uint8Array>([
    ['README.md', about(task ? 'pytorch/README.md' : 'pytorch/README-model.md', { lab, step })],
    ['model.py', model.code],
    ['weights.safetensors', writeSafeTensors({ tensors: kept, metadata })],
  ])
  if (!task) return files
  const still = withoutDropout(expanded(lab))
  const steps = Math.max(lab.training.steps - step, leastSteps)
  const start = { lab: still, task, step, learningRate, states: new Map([...weights, ...optimiser]) }
  let done = 0
  const fixture = await computeFixture(await openExecutor(), start, () => pause(++done, comparedSteps))
  const moments = [...optimiser].filter(([name]) => !name.startsWith('optimiser/gradient/'))
  files.set('train.py', resource('pytorch/train.py'))
  files.set('verify.py', resource('pytorch/verify.py'))
  files.set('training.json', `${JSON.stringify(planOf(leaving, model), null, 2)}\n`)
  files.set('optimiser.safetensors', writeSafeTensors({ tensors: new Map(moments), metadata: {} }))
  files.set(
    'data/batches.safetensors',
    writeSafeTensors({ tensors: nextBatches(lab, task, { step, steps, least: comparedSteps }), metadata: {} }),
  )
  files.set('fixture.safetensors', writeSafeTensors(fixture))
  return files
}

/** What `train.py` reads. */
function planOf({ lab, step, learningRate }: Leaving, { states }: PythonModel): object {
  const { steps, batchSize, seed, schedule, optimiser, clipNorm, accumulate } = lab.training
  return {
    ...{ version: applicationVersion(), step, steps, seed, batchSize, accumulate, first_batch: step * accumulate + 1 },
    ...{ learningRate, schedule, optimiser, clipNorm },
    decayed: states.filter(({ decay }) => decay).map(({ name }) => name),
  }
}
