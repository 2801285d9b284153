/** The next training batches of a run, so that training goes on elsewhere with the same ones in the same order. */
import type { LabDocument } from '@core/lab/document'
import { isAlwaysTruth, truthShare } from '@core/lab/teacher-forcing'
import { stream } from '@core/random/stream'
import type { Signature } from '@core/signature'
import type { Batch, TaskInstance } from '@core/tasks/types'
import type { SafeTensor } from '@engine/safetensors'

/** Limit on the size of the file, unless the steps that are compared need more. */
const mostBytes = 32 * 2 ** 20

/** Names of a batch's parts in Python. */
const names = {
  ...{ tokens: 'tokens', mask: 'mask', targets: 'targets', source: 'source', sourceMask: 'source_mask' },
  ...{ features: 'features', scored: 'scored' },
} as const satisfies Record<keyof Batch, string>

/** The parts of a batch by their names in Python: (sequence, …) each. */
export function batchTensors(batch: Batch, signature: Signature, size: number): Map<string, SafeTensor> {
  const parts = Object.entries(batch) as readonly (readonly [keyof Batch, Float32Array | Int32Array])[]
  return new Map(
    parts.map(([part, data]) => [names[part], { shape: [size, ...shapeOf(part, data.length / size, signature)], data }]),
  )
}

/** The shape of one sequence's part. */
function shapeOf(part: keyof Batch, size: number, { length, features, aim }: Signature): number[] {
  if (part === 'features') return [length, features]
  return part === 'targets' && (aim === 'sequence' || aim === 'number') ? [] : [size]
}

/**
 * The batches of `steps` steps after `step`, or as many as fit into {@link mostBytes} but those of `least` steps: (batch, sequence, …) each. For
 * scheduled teacher forcing, `truth` (batch, sequence, token) is 0 where the input is the model's own prediction.
 */
export function nextBatches(
  lab: LabDocument,
  task: TaskInstance,
  { step, steps, least }: { step: number; steps: number; least: number },
): Map<string, SafeTensor> {
  const { seed, batchSize, accumulate, teacherForcing } = lab.training
  const { signature } = task.spec
  const rolls = signature.written !== null && !isAlwaysTruth(teacherForcing)
  const first = step * accumulate + 1
  const drawn: ReadonlyMap<string, SafeTensor>[] = []
  let bytes = 0
  for (let draw = first; draw < first + steps * accumulate; draw++) {
    const batch = task.trainBatch(seed, draw, batchSize)
    const tensors = batchTensors(batch, signature, batchSize)
    if (rolls) tensors.set('truth', { shape: [batchSize, signature.length], data: truthOf(lab, signature, batch, draw) })
    for (const { data } of tensors.values()) bytes += data.byteLength
    if (drawn.length >= least * accumulate && bytes > mostBytes) break
    drawn.push(tensors)
  }
  drawn.length -= drawn.length % accumulate // whole steps
  const parts = [...(drawn[0]?.keys() ?? [])]
  return new Map(parts.map((part) => [part, stacked(drawn.map((tensors) => tensors.get(part)!))]))
}

function stacked(tensors: readonly SafeTensor[]): SafeTensor {
  const [{ shape, data }] = tensors as readonly [SafeTensor]
  const Numbers = data instanceof Int32Array ? Int32Array : Float32Array
  const all = new Numbers(tensors.length * data.length)
  tensors.forEach((each, index) => all.set(each.data, index * data.length))
  return { shape: [tensors.length, ...shape], data: all }
}

/** As `trainingBatch` of the engine chooses. */
function truthOf({ training }: LabDocument, { length }: Signature, { tokens, mask }: Batch, draw: number): Float32Array {
  const { seed, accumulate, teacherForcing } = training
  const share = Math.fround(truthShare(teacherForcing, Math.ceil(draw / accumulate)))
  const coins = stream(seed, 'teacher-forcing', draw).fillUniform(new Float32Array(tokens.length))
  return coins.map((coin, index) => Number(index % length === 0 || mask?.[index] === 0 || coin < share))
}
