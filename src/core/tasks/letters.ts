/** Sequences of symbols with lengths from a minimum to a maximum, shared by reverse, copy, sort and parity. */
import { z } from 'zod'
import { LabError } from '../errors'
import type { RandomStream } from '../random/stream'
import { FEW_SAMPLES, type Groups } from './drawn'

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

/** Draws letter sequences with uniformly distributed lengths. Throws LabError `task.lengths`. */
export function lettersOf({ length, minLength, symbols }: LetterParams): {
  draw: (random: RandomStream) => Letters
  groups: Groups<Letters>
} {
  if (minLength > length) throw new LabError('task.lengths', { minLength, length })
  const count = length - minLength + 1
  return {
    draw(random) {
      const drawn = minLength + random.integer(count)
      return Array.from({ length: drawn }, () => random.integer(symbols))
    },
    groups: {
      count,
      of: (letters) => letters.length - minLength,
      few: new Map(
        Array.from({ length: count }, (_, group) => group)
          .filter((group) => symbols ** (minLength + group) <= FEW_SAMPLES)
          .map((group) => [group, allOf(minLength + group, symbols)]),
      ),
    },
  }
}

function allOf(length: number, symbols: number): Letters[] {
  let all: Letters[] = [[]]
  for (let place = 0; place < length; place++) {
    all = all.flatMap((letters) => Array.from({ length: symbols }, (_, symbol) => [...letters, symbol]))
  }
  return all
}
