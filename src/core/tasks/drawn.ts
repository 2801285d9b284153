/**
 * Tasks whose samples are drawn at random, and their honest split. It is by content: what hashes below a threshold is held out, and
 * training draws it again. So nothing is on both sides, whatever the seed.
 */
import { hashIds } from '../random/hash'
import { stream, type RandomStream } from '../random/stream'
import { batchOf, heldOutBatches, type Sample } from './samples'
import type { TaskInstance, TaskSpec } from './types'

const HELD_OUT_SAMPLES = 500
/** One possible sample in ten belongs to the held-out side. */
const HELD_OUT_SHARE = 0.1
/** Up to so many possible samples are best listed, so that even the smallest task has both sides. */
export const LISTED_SAMPLES = 20_000
/** Draws in search of held-out samples, for each that is wanted: short ones come again and again. */
const MAXIMUM_DRAWS = 100

export interface DrawnTask<S> {
  readonly kind: string
  readonly spec: Omit<TaskSpec, 'heldOut'>
  readonly draw: (random: RandomStream) => S
  /** Ids that tell one sample from another, and so decide its side. */
  readonly content: (drawn: S) => ArrayLike<number>
  readonly sample: (drawn: S) => Sample
  /** All there is to draw, if it is {@link LISTED_SAMPLES} at most. */
  readonly all?: readonly S[] | null
  /** Samples to hold out, at most. */
  readonly heldOut?: number
  readonly share?: number
}

interface Split<S> {
  readonly heldOut: readonly S[]
  /** Samples whose hash is smaller are held out. */
  readonly belowHash: number
}

function split<S>({ kind, draw, content, all, heldOut = HELD_OUT_SAMPLES, share = HELD_OUT_SHARE }: DrawnTask<S>): Split<S> {
  const hash = (drawn: S): number => hashIds(content(drawn))
  if (all) {
    const sorted = all.toSorted((a, b) => hash(a) - hash(b))
    // One at least is trained on, however few there are.
    const belowHash = hash(sorted[Math.min(heldOut, Math.ceil(all.length * share), all.length - 1)]!)
    return { heldOut: sorted.filter((drawn) => hash(drawn) < belowHash), belowHash }
  }
  const belowHash = share * 2 ** 32
  const random = stream(0, kind, 'held out')
  const found = new Map<string, S>()
  for (let draws = 0; found.size < heldOut && draws < heldOut * MAXIMUM_DRAWS; draws++) {
    const drawn = draw(random)
    if (hash(drawn) < belowHash) found.set(Array.from(content(drawn)).join(), drawn)
  }
  return { heldOut: [...found.values()], belowHash }
}

/** Batches of a step are drawn from the stream of that step, so they are a pure function of seed and step. */
export function drawnTask<S>(task: DrawnTask<S>): TaskInstance {
  const { kind, draw, content, sample } = task
  const { heldOut, belowHash } = split(task)
  const spec: TaskSpec = { ...task.spec, heldOut: heldOut.length }
  const drawForTraining = (random: RandomStream): S => {
    let drawn = draw(random)
    while (hashIds(content(drawn)) < belowHash) drawn = draw(random)
    return drawn
  }
  return {
    spec,
    trainBatch(seed, step, size) {
      const random = stream(seed, kind, 'batch', step)
      return batchOf(
        spec,
        Array.from({ length: size }, () => sample(drawForTraining(random))),
        size,
      )
    },
    ...heldOutBatches(spec, heldOut.map(sample)),
  }
}
