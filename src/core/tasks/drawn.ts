/**
 * Tasks with randomly drawn samples, split by content: samples whose hash is below a threshold are held out, and training redraws them. So
 * training and validation never overlap, whatever the seed.
 */
import { largest } from '../collections'
import { hashIds } from '../random/hash'
import { LabError } from '../errors'
import { stream, type RandomStream } from '../random/stream'
import { batchOf, validationBatches, type Sample } from './samples'
import type { TaskInstance, TaskSpec } from './types'

const VALIDATION_SAMPLES = 500
/** Share of all possible samples held out for validation. */
const VALIDATION_SHARE = 0.1
/** Groups with at most this many samples should be enumerated, because a hash threshold could hold out too many or none of them. */
export const FEW_SAMPLES = 500
/** Minimum held-out samples per small group, up to a third of it, so that no single sample stands for a whole group. */
const FEWEST_HELD_OUT = 3
/** Maximum draws per validation sample, because short samples recur often. */
const MAXIMUM_DRAWS = 100

export interface DrawnTask<S> {
  readonly kind: string
  readonly spec: Omit<TaskSpec, 'validation'>
  readonly draw: (random: RandomStream) => S
  /** Ids that identify a sample; their hash decides its side. */
  readonly content: (drawn: S) => ArrayLike<number>
  readonly sample: (drawn: S) => Sample
  readonly groups?: Groups<S>
  /** Samples whose content occurs in no other sample; never held out. */
  readonly alone?: (drawn: S) => boolean
  /** Maximum number of validation samples. */
  readonly validation?: number
  readonly share?: number
}

/**
 * Stratification: groups are drawn with equal probability, and samples uniformly within a group, so that both sides have the same mixture
 * even if some groups, such as short sequences, have few samples.
 */
export interface Groups<S> {
  readonly count: number
  /** Group index, from 0 to count − 1. */
  readonly of: (drawn: S) => number
  /** All samples of each small group, at least two. */
  readonly few: ReadonlyMap<number, readonly S[]>
}

interface Sides<S> {
  readonly validation: readonly S[]
  readonly training: readonly S[]
}

interface Split<S> {
  readonly validation: readonly S[]
  /** Maps a draw to a training sample: the draw itself unless it is held out. Null to redraw. */
  readonly training: (drawn: S, random: RandomStream) => S | null
}

/** `seed` decides which of the held-out samples validate. */
function split<S>(task: DrawnTask<S>, seed: number): Split<S> {
  const { kind, draw, content, groups, alone, validation = VALIDATION_SAMPLES, share = VALIDATION_SHARE } = task
  const isBelow = (drawn: S): boolean => hashIds(content(drawn)) < share * 2 ** 32 && !alone?.(drawn)
  const random = stream(seed, kind, 'held out')
  if (groups) return splitGroups(task, groups, isBelow, random)
  const found = new Map<string, S>()
  for (let draws = 0; found.size < validation && draws < validation * MAXIMUM_DRAWS; draws++) {
    const drawn = draw(random)
    if (isBelow(drawn)) found.set(Array.from(content(drawn)).join(), drawn)
  }
  return { validation: [...found.values()], training: (drawn) => (isBelow(drawn) ? null : drawn) }
}

/**
 * An equal number of validation samples per group, interleaved, starting with the last group, which has the longest samples. Samples of
 * groups with fewer distinct ones repeat.
 */
function splitGroups<S>(
  task: DrawnTask<S>,
  { count, of, few }: Groups<S>,
  isBelow: (drawn: S) => boolean,
  random: RandomStream,
): Split<S> {
  const { draw, content, validation = VALIDATION_SAMPLES } = task
  const listed = new Map([...few].map(([group, all]) => [group, sidesOf(all, task, count)] as const))
  const wanted = Math.ceil(validation / count)
  const found = Array.from({ length: count }, (_, group) => {
    const known = listed.get(group)?.validation.slice(0, wanted) ?? []
    return new Map(known.map((sample) => [Array.from(content(sample)).join(), sample]))
  })
  let missing = wanted * (count - listed.size)
  for (let draws = 0; missing > 0 && draws < validation * MAXIMUM_DRAWS; draws++) {
    const drawn = draw(random)
    const group = found[of(drawn)]!
    if (listed.has(of(drawn)) || group.size === wanted || !isBelow(drawn)) continue
    const before = group.size
    group.set(Array.from(content(drawn)).join(), drawn)
    missing -= group.size - before
  }
  const samples = found.map((group) => [...group.values()])
  const rounds = largest(samples.map(({ length }) => length))
  return {
    validation: Array.from({ length: rounds * count }, (_, index) => {
      const group = samples[count - 1 - (index % count)]!
      return group[Math.floor(index / count) % group.length]!
    }).slice(0, validation),
    training(drawn, stepRandom) {
      const sides = listed.get(of(drawn))
      if (sides) return sides.training[stepRandom.integer(sides.training.length)]!
      return isBelow(drawn) ? null : drawn
    },
  }
}

/** Split by rank of the hash, with at least one sample on either side. */
function sidesOf<S>(all: readonly S[], { content, alone, share = VALIDATION_SHARE }: DrawnTask<S>, groups: number): Sides<S> {
  const hash = (drawn: S): number => (alone?.(drawn) ? Infinity : hashIds(content(drawn)))
  const sorted = all.toSorted((a, b) => hash(a) - hash(b))
  const fewest = groups > 1 ? Math.min(FEWEST_HELD_OUT, Math.floor(all.length / 3)) : 0
  const held = Math.min(Math.max(Math.ceil(all.length * share), fewest), all.length - 1)
  return { validation: sorted.slice(0, held), training: sorted.slice(held) }
}

/** Batches are drawn from a random stream per step, so they are a pure function of seed and step. */
export function drawnTask<S>(task: DrawnTask<S>, heldOut = 0): TaskInstance {
  const { kind, draw, sample } = task
  const { validation, training } = split(task, heldOut)
  const spec: TaskSpec = { ...task.spec, validation: validation.length }
  const drawForTraining = (random: RandomStream): S => {
    for (;;) {
      const drawn = training(draw(random), random)
      if (drawn !== null) return drawn
    }
  }
  return {
    spec,
    trainBatch(seed, step, size) {
      const random = stream(seed, kind, 'batch', step)
      return batchOf(
        spec.signature,
        Array.from({ length: size }, () => sample(drawForTraining(random))),
        size,
      )
    },
    ...validationBatches(spec.signature, validation.map(sample)),
    withHidden(data) {
      if ('text' in data) throw new LabError('task.hidden-takes-seed', { task: kind })
      return drawnTask(task, data.seed)
    },
  }
}
