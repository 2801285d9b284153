/** Sequence-to-sequence tasks: inputs and targets of their decoders. */
import type { Tokeniser } from '../tokenisers'
import { PADDING } from './letters'
import { lexicon } from './lexicon'
import type { Sample } from './samples'
import { specOf, type SpecParts, type TaskSpec } from './types'

/** Start and end tokens of a generated sequence. */
export const WRITTEN_SIGNS = ['«', '»'] as const
/** Ids of an output vocabulary: padding, start, end, then its own texts. */
const BEGIN_ID = 1
const END_ID = 2
export const FIRST_WRITTEN_ID = 3

/** A closed output vocabulary. */
export const writtenLexicon = (texts: readonly string[]): Tokeniser =>
  lexicon([PADDING, ...WRITTEN_SIGNS, ...texts], FIRST_WRITTEN_ID)

/** The specification of such a task. `length` is the longest target without its end token, in a vocabulary as above. */
export function writtenSpec(
  source: NonNullable<SpecParts['source']>,
  length: number,
  tokeniser: Tokeniser,
): Omit<TaskSpec, 'validation'> {
  return specOf({
    length: length + 1, // plus the end token
    padded: true,
    tokeniser,
    classes: tokeniser.vocabulary,
    causal: true,
    source,
    written: { begin: BEGIN_ID, end: END_ID },
  })
}

/** The decoder's inputs are the targets shifted right behind the start token; the targets end with the end token. */
export function writtenSample(source: ArrayLike<number>, ids: ArrayLike<number>): Sample {
  const written = Array.from(ids)
  return { source, tokens: [BEGIN_ID, ...written], targets: [...written, END_ID] }
}
