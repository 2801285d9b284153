/** Tasks that write one sequence while they read another: what their decoders are given, and what they are to give. */
import type { Tokeniser } from '../tokenisers'
import { PADDING } from './letters'
import { lexicon } from './lexicon'
import type { Sample } from './samples'
import { specOf, type SpecParts, type TaskSpec } from './types'

/** What a written sequence begins and ends with. */
export const WRITTEN_SIGNS = ['«', '»'] as const
/** Ids of a written vocabulary: the padding first, then its two signs, then its own texts. */
const BEGIN_ID = 1
const END_ID = 2
export const FIRST_WRITTEN_ID = 3

/** A written vocabulary that is all there is to say. */
export const writtenLexicon = (texts: readonly string[]): Tokeniser =>
  lexicon([PADDING, ...WRITTEN_SIGNS, ...texts], FIRST_WRITTEN_ID)

/** What such a task looks like. `length` is the longest sequence to be written, without its end, in a vocabulary as above. */
export function writtenSpec(
  source: NonNullable<SpecParts['source']>,
  length: number,
  tokeniser: Tokeniser,
): Omit<TaskSpec, 'validation'> {
  return specOf({
    length: length + 1, // and its end
    padded: true,
    tokeniser,
    classes: tokeniser.vocabulary,
    causal: true,
    source,
    written: { begin: BEGIN_ID, end: END_ID },
  })
}

/** The decoder sees what came before each token, beginning with the sign for it, and is asked for the token, ending with that sign. */
export function writtenSample(source: ArrayLike<number>, ids: ArrayLike<number>): Sample {
  const written = Array.from(ids)
  return { source, tokens: [BEGIN_ID, ...written], targets: [...written, END_ID] }
}
