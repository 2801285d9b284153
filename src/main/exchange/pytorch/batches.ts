/** The next training batches of a run, so that training goes on elsewhere with the same ones in the same order. */
import { isAlwaysTruth, truthShare } from '@core/lab/teacher-forcing'
import type { LabDocument } from '@core/lab/document'
import { stream } from '@core/random/stream'
import type { Batch, TaskInstance } from '@core/tasks/types'
import type { SafeTensor } from '@engine/safetensors'

/** Limit on the size of the file, unless the steps that are compared need more. */
export const mostBytes = 32 * 2 ** 20

/** Names of a batch's parts in Python. */
const names = {
  tokens: 'tokens',
  mask: 'mask',
  targets: 'targets',
  source: 'source',
  sourceMask: 'source_mask',
  features: 'features',
  scored: 'scored',
} as const satisfies Record<keyof Batch, string>

/** Whether inputs of its decoder can be predictions of its own. */
export const rollsOut = ({ training }: LabDocument, { spec }: TaskInstance): boolean =>
  spec.signature.written !== null && !isAlwaysTruth(training.teacherForcing)

/**
 * The batches of `steps` steps after `step`, or as many as fit into {@link mostBytes} but those of `least` steps: (batch, sequence, …) each. For
 * scheduled teacher forcing, `truth` (batch, sequence, token) is 0 where the input is the model's own prediction.
 */
export function nextBatches(
  lab: LabDocument,
  task: TaskInstance,
  { step, steps, least }: { step: number; steps: number; least: number },
): Map<string, SafeTensor> {
  const { seed, batchSize, accumulate } = lab.training
  const first = step * accumulate + 1
  const drawn: Readonly<Record<string, Float32Array | Int32Array>>[] = []
  let bytes = 0
  for (let draw = first; draw < first + steps * accumulate; draw++) {
    const batch = partsOf(task.trainBatch(seed, draw, batchSize))
    const parts = rollsOut(lab, task) ? { ...batch, truth: truthOf(lab, task, batch, draw) } : batch
    bytes += Object.values(parts).reduce((sum, data) => sum + data.byteLength, 0)
    if (drawn.length >= least * accumulate && bytes > mostBytes) break
    drawn.push(parts)
  }
  drawn.length -= drawn.length % accumulate
  return new Map(
    Object.entries(drawn[0] ?? {}).map(([name, { length }]): [string, SafeTensor] => {
      const all =
        drawn[0]![name] instanceof Int32Array ? new Int32Array(drawn.length * length) : new Float32Array(drawn.length * length)
      drawn.forEach((parts, index) => all.set(parts[name]!, index * length))
      return [name, { shape: [drawn.length, batchSize, ...shapeOf(name, length / batchSize, task)], data: all }]
    }),
  )
}

const partsOf = (batch: Batch): Record<string, Float32Array | Int32Array> =>
  Object.fromEntries(
    Object.entries(batch).map(([name, data]) => [names[name as keyof Batch], data as Float32Array | Int32Array]),
  )

/** The shape of one sequence's part. */
function shapeOf(name: string, size: number, { spec: { signature } }: TaskInstance): number[] {
  if (name === 'features') return [signature.length, signature.features]
  const isSingle = name === 'targets' && (signature.aim === 'sequence' || signature.aim === 'number')
  return isSingle ? [] : [size]
}

/** As `trainingBatch` of the engine chooses. */
function truthOf(
  { training }: LabDocument,
  { spec: { signature } }: TaskInstance,
  { tokens, mask }: Readonly<Record<string, Float32Array | Int32Array>>,
  draw: number,
): Float32Array {
  const { seed, accumulate, teacherForcing } = training
  const share = Math.fround(truthShare(teacherForcing, Math.ceil(draw / accumulate)))
  const coins = stream(seed, 'teacher-forcing', draw).fillUniform(new Float32Array(tokens!.length))
  return coins.map((coin, index) => Number(index % signature.length === 0 || mask?.[index] === 0 || coin < share))
}
