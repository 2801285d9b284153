/** How a text is continued: as the tokens its task would have made of it. */
import { LabError } from '../../errors'
import type { TaskSpec } from '../types'
import { createMerger } from './merges'
import { piecesOf } from './pieces'
import { RARE } from './words'

/** Throws LabError `generate.unknown-character`; a word that is not known is a rare one. */
export function encodePrompt(text: string, { vocabulary, merges }: Pick<TaskSpec, 'vocabulary' | 'merges'>): number[] {
  const idOf = new Map(vocabulary.map((token, id) => [token, id]))
  const characters = (piece: string): number[] =>
    Array.from(piece, (character) => {
      const id = idOf.get(character)
      if (id === undefined) throw new LabError('generate.unknown-character', { character })
      return id
    })
  if (merges.length > 0) {
    const merge = createMerger(merges, vocabulary.length - merges.length)
    return Array.from(piecesOf(text)).flatMap((piece) => merge(characters(piece)))
  }
  return vocabulary[0] === RARE ? Array.from(piecesOf(text), (piece) => idOf.get(piece) ?? 0) : characters(text)
}
