/**
 * Balanced brackets (Dyck languages): whether every bracket is closed by one of its kind, in the right order. Half of the sequences are
 * balanced; the others are balanced ones with two brackets swapped. Both have the same number of each bracket, so counting alone is
 * uninformative and order matters.
 */
import { z } from 'zod'
import type { RandomStream } from '../random/stream'
import { drawnTask } from './drawn'
import { PADDING } from './letters'
import { lexicon } from './lexicon'
import { defineTask, specOf } from './types'

const BRACKETS = ['(', ')', '[', ']', '{', '}']

/** Even ids open, and the next id closes. */
type Brackets = readonly number[]

function isBalanced(brackets: Brackets): boolean {
  const open: number[] = []
  for (const bracket of brackets) {
    if (bracket % 2 === 0) open.push(bracket)
    else if (open.pop() !== bracket - 1) return false
  }
  return open.length === 0
}

/** Draws a balanced sequence by opening randomly and closing the last open bracket. */
function drawBalanced(random: RandomStream, length: number, kinds: number): number[] {
  const brackets: number[] = []
  const open: number[] = []
  while (brackets.length < length) {
    const mustClose = open.length === length - brackets.length
    if (open.length > 0 && (mustClose || random.integer(2) === 0)) brackets.push(open.pop()! + 1)
    else {
      const bracket = 2 * random.integer(kinds)
      open.push(bracket)
      brackets.push(bracket)
    }
  }
  return brackets
}

/** Swaps two brackets until the sequence is unbalanced. */
function unbalance(random: RandomStream, balanced: Brackets): Brackets {
  for (;;) {
    const changed = [...balanced]
    const [one, other] = [random.integer(changed.length), random.integer(changed.length)]
    ;[changed[one], changed[other]] = [changed[other]!, changed[one]!]
    if (!isBalanced(changed)) return changed
  }
}

export const brackets = defineTask({
  kind: 'brackets',
  params: z.strictObject({
    length: z.number().int().min(8).max(128).default(16),
    kinds: z
      .number()
      .int()
      .min(1)
      .max(BRACKETS.length / 2)
      .default(2),
  }),
  data: 'none',
  create({ length, kinds }) {
    return drawnTask<Brackets>({
      kind: 'brackets',
      spec: specOf({
        aim: 'sequence',
        length,
        padded: true,
        tokeniser: lexicon([PADDING, ...BRACKETS.slice(0, 2 * kinds)], 1),
        classes: ['unbalanced', 'balanced'],
      }),
      draw(random) {
        const balanced = drawBalanced(random, 2 * (1 + random.integer(Math.floor(length / 2))), kinds)
        return random.integer(2) === 0 ? balanced : unbalance(random, balanced)
      },
      content: (drawn) => drawn,
      sample: (drawn) => ({ tokens: drawn.map((bracket) => bracket + 1), targets: [Number(isBalanced(drawn))] }),
    })
  },
})
