/**
 * Word dropout (Kiperwasser & Goldberg 2016): in training, a word is now and then read as the unknown token, so that this token is trained
 * though every word of the training rows has one of its own.
 */
import { z } from 'zod'
import { applies } from '../../fields'
import type { Replacement, Vocabulary } from './rows'

/** The paper's α. Labs of earlier versions do not name the setting: they train as they did, without. */
export const NEW_LAB_WORD_DROPOUT = 0.25

/** A word that occurs `count` times is read as unknown with probability α / (α + count). 0 switches it off. */
export const wordDropoutParam = z.number().min(0).max(10).default(0)
/** Of tasks that may read characters instead. */
export const wordsOnlyDropoutParam = z
  .number()
  .min(0)
  .max(10)
  .default(0)
  .register(applies, { units: ['words'] })

/** Null where nothing is to be replaced. */
export function wordDropout({ tokeniser, counts, unknown }: Vocabulary, alpha: number): Replacement | null {
  if (alpha === 0 || tokeniser.kind !== 'words') return null
  return (ids, random) => Array.from(ids, (id) => (random.float() < alpha / (alpha + (counts[id] ?? 0)) ? unknown : id))
}
