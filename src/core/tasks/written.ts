/** Tasks that write one sequence while they read another: what their decoders are given, and what they are to give. */
import type { Sample } from './samples'
import { plainSpec, type SourceSpec, type TaskSpec, type Units } from './types'

/** What a written sequence begins and ends with. */
export const WRITTEN_SIGNS = ['«', '»'] as const
/** Ids of a written vocabulary: the padding first, then its two signs, then its own texts. */
const BEGIN_ID = 1
const END_ID = 2
export const FIRST_WRITTEN_ID = 3

/**
 * What such a task looks like. `length` is the longest sequence to be written, without its end; the vocabulary begins with the padding and
 * {@link WRITTEN_SIGNS}. Where nothing else is said, a source has no token for what is unknown, and characters are written.
 */
export function writtenSpec(
  source: Omit<SourceSpec, 'padded' | 'unknown'> & Partial<Pick<SourceSpec, 'unknown'>>,
  length: number,
  vocabulary: readonly string[],
  units: Units = 'characters',
): Omit<TaskSpec, 'heldOut'> {
  return {
    ...plainSpec,
    length: length + 1, // and its end
    vocabulary,
    classes: vocabulary,
    padded: true,
    causal: true,
    source: { unknown: null, ...source, padded: true },
    written: { begin: BEGIN_ID, end: END_ID, units },
  }
}

/** The decoder sees what came before each token, beginning with the sign for it, and is asked for the token, ending with that sign. */
export function writtenSample(source: ArrayLike<number>, ids: ArrayLike<number>): Sample {
  const written = Array.from(ids)
  return { source, tokens: [BEGIN_ID, ...written], targets: [...written, END_ID] }
}
