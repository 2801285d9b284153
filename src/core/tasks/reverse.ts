/**
 * Reverse: output the tokens in reverse order. Every output position needs one other position, so the attention map that solves it
 * is the anti-diagonal; and as sequences differ in length, it is a different anti-diagonal for each.
 *
 * The split is by content: a sequence whose hash is small is held out, and training draws it again. No sequence is on both sides,
 * whatever the seed.
 */
import { z } from 'zod'
import { LabError } from '../errors'
import { hashIds } from '../random/hash'
import { stream, type RandomStream } from '../random/stream'
import { heldOutBatches, paddedBatch, type Row } from './padded'
import { defineTask, plainSpec } from './types'

const SYMBOLS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-'
const PADDING = '·'
const HELD_OUT_SEQUENCES = 500
/** One sequence in ten belongs to the held-out side. */
const HELD_OUT_SHARE = 0.1
/** Up to so many possible sequences are listed rather than drawn, so that even the smallest task has both sides. */
const LISTED_SEQUENCES = 20_000

const params = z.strictObject({
  length: z.number().int().min(2).max(128).default(12),
  minLength: z.number().int().min(1).max(128).default(3),
  symbols: z.number().int().min(2).max(SYMBOLS.length).default(10),
})

type Sequence = readonly number[]

/** Length first, then symbols: every length is as likely. Symbols are 0 … symbols − 1. */
function drawSequence(random: RandomStream, minLength: number, length: number, symbols: number): Sequence {
  const count = minLength + random.integer(length - minLength + 1)
  return Array.from({ length: count }, () => random.integer(symbols))
}

function countSequences(minLength: number, length: number, symbols: number): number {
  let count = 0
  for (let n = minLength; n <= length; n++) count += symbols ** n
  return count
}

function listSequences(minLength: number, length: number, symbols: number): Sequence[] {
  let ofLength: Sequence[] = [[]]
  const all: Sequence[] = []
  for (let n = 1; n <= length; n++) {
    ofLength = ofLength.flatMap((sequence) => Array.from({ length: symbols }, (_, symbol) => [...sequence, symbol]))
    if (n >= minLength) all.push(...ofLength)
  }
  return all
}

/** The held-out sequences, and the hash below which a sequence belongs to them. */
function holdOut(minLength: number, length: number, symbols: number): { sequences: Sequence[]; belowHash: number } {
  const possible = countSequences(minLength, length, symbols)
  if (possible <= LISTED_SEQUENCES) {
    const sorted = listSequences(minLength, length, symbols).sort((a, b) => hashIds(a) - hashIds(b))
    const count = Math.min(HELD_OUT_SEQUENCES, Math.ceil(possible * HELD_OUT_SHARE))
    const belowHash = hashIds(sorted[count]!)
    return { sequences: sorted.filter((sequence) => hashIds(sequence) < belowHash), belowHash }
  }
  const belowHash = HELD_OUT_SHARE * 2 ** 32
  const random = stream(0, 'reverse', 'held out')
  const found = new Map<string, Sequence>()
  while (found.size < HELD_OUT_SEQUENCES) {
    const sequence = drawSequence(random, minLength, length, symbols)
    if (hashIds(sequence) < belowHash) found.set(sequence.join(), sequence)
  }
  return { sequences: [...found.values()], belowHash }
}

/** Token ids are one higher than symbols, as 0 is the padding; classes are the symbols themselves. */
function row(sequence: Sequence): Row {
  return { tokens: sequence.map((symbol) => symbol + 1), targets: sequence.toReversed() }
}

export const reverse = defineTask({
  kind: 'reverse',
  params,
  data: 'none',
  create({ length, minLength, symbols }) {
    if (minLength > length) throw new LabError('task.reverse-lengths', { minLength, length })
    const heldOut = holdOut(minLength, length, symbols)
    const classes = Array.from(SYMBOLS.slice(0, symbols))
    return {
      spec: {
        ...plainSpec,
        length,
        vocabulary: [PADDING, ...classes],
        classes,
        padded: true,
        heldOut: heldOut.sequences.length,
      },
      trainBatch(seed, step, size) {
        const random = stream(seed, 'reverse', 'batch', step)
        const rows = Array.from({ length: size }, () => {
          let sequence = drawSequence(random, minLength, length, symbols)
          while (hashIds(sequence) < heldOut.belowHash) sequence = drawSequence(random, minLength, length, symbols)
          return row(sequence)
        })
        return paddedBatch(rows, size, length)
      },
      ...heldOutBatches(heldOut.sequences.map(row), length),
    }
  },
})
