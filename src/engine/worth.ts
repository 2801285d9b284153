/** Mutes every part that has a gate, one after another, and measures what that costs on the validation set. */
import { isOfNeurons } from '@core/blocks/neurons'
import type { Mutes } from '@core/contract/look'
import { mostParts, type Worth } from '@core/contract/worth'
import { LabError } from '@core/errors'
import { accuracyDrop, importance } from '@core/heads/importance'
import type { Program } from '@core/program/types'
import { sizeOf } from '@core/program/shapes'
import type { AssessOptions } from './assess'
import { batchesWithin, evaluationBatch, quick, Tally, validationBatches, type Extent } from './evaluation'
import { gatesOf, type Gates } from './feeds'
import type { Subject } from './training'

/** Gates with more values, such as one for each token, are muted as a whole only. */
const mostValues = 64

interface Part {
  readonly gate: string
  readonly index: number | null
  readonly size: number
}

export interface WorthOptions extends Omit<AssessOptions, 'turn'> {
  /** Awaited after each piece of work. */
  readonly turn?: (done: number, of: number) => Promise<void>
}

/**
 * With `mutes`, parts are muted in addition to them. Output is teacher-forced, so that models that generate take one pass. Changes no state.
 * Throws LabError for gates that the model does not have, and `worth.too-many-parts`.
 */
export async function measureWorth(
  subject: Subject,
  mutes: Mutes,
  { extent = quick, signal, turn }: WorthOptions = {},
): Promise<Worth> {
  const { model, task } = subject
  const size = evaluationBatch(model.lab, task.spec)
  const { program } = model.program('evaluate', { batch: size })
  const gates = gatesOf(program, mutes)
  const parts = partsOf(program).filter((part) => !isMuted(part, gates))
  if (parts.length > mostParts) throw new LabError('worth.too-many-parts', { count: parts.length, most: mostParts })
  const whole = new Tally(subject, gates, 'teacher-forced')
  const tallies = parts.map((part) => new Tally(subject, without(part, gates), 'teacher-forced'))
  const of = batchCount(subject, extent) * (parts.length + 1)
  let [done, evaluated] = [0, 0]
  for (const { batch, first } of validationBatches(subject, extent)) {
    for (const tally of [whole, ...tallies]) {
      await model.alone(() => tally.add(batch))
      await turn?.(++done, of)
      if (signal?.aborted) throw new LabError('cancelled')
    }
    evaluated += Math.min(size, task.spec.validation - first)
  }
  const before = whole.scores
  return {
    step: model.step,
    evaluated,
    whole: before,
    parts: parts.map(({ gate, index }, each) => {
      const after = tallies[each]!.scores
      return { gate, index, importance: importance(before, after), accuracyDrop: accuracyDrop(before, after) }
    }),
  }
}

function batchCount({ model, task }: Subject, extent: Extent): number {
  const size = evaluationBatch(model.lab, task.spec)
  return batchesWithin(extent, size, task.evaluationBatches(size))
}

/** Each gate as a whole and, if it has several values, each of these. Neurons are muted with their block, by its gate of the output. */
function partsOf({ inputs }: Program): Part[] {
  return inputs.flatMap(({ kind, name, value }) => {
    if (kind !== 'gate' || isOfNeurons(name)) return []
    const size = sizeOf(value.shape)
    const single = size > 1 && size <= mostValues ? Array.from({ length: size }, (_, index) => index) : []
    return [null, ...single].map((index) => ({ gate: name, index, size }))
  })
}

const valuesOf = ({ gate, size }: Part, gates: Gates): Float32Array => gates.get(gate) ?? new Float32Array(size).fill(1)

const isMuted = (part: Part, gates: Gates): boolean =>
  valuesOf(part, gates).every((value, index) => value === 0 || (part.index !== null && part.index !== index))

function without(part: Part, gates: Gates): Gates {
  const values = valuesOf(part, gates).map((value, index) => (part.index === null || part.index === index ? 0 : value))
  return new Map([...gates, [part.gate, values]])
}
