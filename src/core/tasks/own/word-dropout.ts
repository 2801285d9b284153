/**
 * Word dropout (Kiperwasser & Goldberg 2016): training randomly replaces words by the unknown token, so that its embedding is trained even
 * if every training word has its own token.
 */
import { z } from 'zod'
import { applies } from '../../fields'
import type { Replacement, Vocabulary } from './rows'

/** α of the paper. Labs of earlier versions do not have this setting and keep training without it. */
export const NEW_LAB_WORD_DROPOUT = 0.25

/** A word with `count` occurrences is replaced with probability α / (α + count). 0 disables it. */
export const wordDropoutParam = z.number().min(0).max(10).default(0)
/** For tasks that can also read characters. */
export const wordsOnlyDropoutParam = z
  .number()
  .min(0)
  .max(10)
  .default(0)
  .register(applies, { units: ['words'] })

/** Null if there is nothing to replace. */
export function wordDropout({ tokeniser, counts, unknown }: Vocabulary, alpha: number): Replacement | null {
  if (alpha === 0 || tokeniser.kind !== 'words') return null
  return (ids, random) => Array.from(ids, (id) => (random.float() < alpha / (alpha + (counts[id] ?? 0)) ? unknown : id))
}
