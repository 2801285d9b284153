/** Sequences of symbols, in all lengths from a shortest to a longest: what reverse, copy, sort and parity are made of. */
import { z } from 'zod'
import { LabError } from '../errors'
import type { RandomStream } from '../random/stream'
import { LISTED_SAMPLES } from './drawn'

export const PADDING = '·'
export const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-'

/** Symbols are 0 … symbols − 1. */
export type Letters = readonly number[]

export const lengthParams = {
  length: z.number().int().min(2).max(128).default(12),
  minLength: z.number().int().min(1).max(128).default(3),
}
export const letterParams = z.strictObject({
  ...lengthParams,
  symbols: z.number().int().min(2).max(LETTERS.length).default(10),
})
export type LetterParams = z.output<typeof letterParams>

/** How letters are drawn: every length is as likely; and all there are, if that are few. Throws LabError `task.lengths`. */
export function lettersOf({ length, minLength, symbols }: LetterParams): {
  draw: (random: RandomStream) => Letters
  all: readonly Letters[] | null
} {
  if (minLength > length) throw new LabError('task.lengths', { minLength, length })
  return {
    draw(random) {
      const count = minLength + random.integer(length - minLength + 1)
      return Array.from({ length: count }, () => random.integer(symbols))
    },
    all: countLetters(minLength, length, symbols) <= LISTED_SAMPLES ? listLetters(minLength, length, symbols) : null,
  }
}

function countLetters(minLength: number, length: number, symbols: number): number {
  let count = 0
  for (let n = minLength; n <= length; n++) count += symbols ** n
  return count
}

function listLetters(minLength: number, length: number, symbols: number): Letters[] {
  let ofLength: Letters[] = [[]]
  const all: Letters[] = []
  for (let n = 1; n <= length; n++) {
    ofLength = ofLength.flatMap((letters) => Array.from({ length: symbols }, (_, symbol) => [...letters, symbol]))
    if (n >= minLength) all.push(...ofLength)
  }
  return all
}
