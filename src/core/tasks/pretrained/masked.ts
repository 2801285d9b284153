/**
 * Masked language modelling (Devlin et al. 2019, section 3.1): 15 % of the tokens are to be predicted; of these, 80 % are replaced by the
 * mask token, 10 % by a random one, and 10 % stay.
 */
import { LabError } from '../../errors'
import { stream, type RandomStream } from '../../random/stream'
import { encode, type Tokeniser } from '../../tokenisers'
import { batchOf, validationBatches, type Sample } from '../samples'
import { specOf, type TaskInstance } from '../types'
import type { TokenText } from '../next-token/windows'
import { MASK } from './data'

const CHOSEN = 0.15
const MOST_VALIDATION = 256

type Framed = Extract<Tokeniser, { before: readonly number[] }>

/** `text` has no tokens of the frame, which is added to each sequence. Throws LabError `text.too-few-tokens`. */
export function maskedTask(text: TokenText & { readonly tokeniser: Framed }, length: number): TaskInstance {
  const { kind, tokeniser, ids, validationStart, notices = [] } = text
  const { vocabulary, before, after, found } = tokeniser
  const inner = length - before.length - after.length
  const validationSize = ids.length - validationStart
  const fewest = Math.min(validationSize, validationStart)
  if (inner < 1 || fewest < inner) throw new LabError('text.too-few-tokens', { tokens: fewest, minimum: inner, length })
  const special = new Set(found.map(({ id }) => id))
  const ordinary = [...vocabulary.keys()].filter((id) => !special.has(id))
  const mask = found.find(({ text: name }) => name === MASK || name === '<mask>')?.id

  function sampleAt(start: number, random: RandomStream): Sample {
    const targets = [...before, ...ids.subarray(start, start + inner), ...after]
    const scored = targets.map((_, at) => at >= before.length && at < length - after.length && random.float() < CHOSEN)
    scored[before.length + random.integer(inner)] = true // at least one
    const tokens = targets.map((id, at) => {
      if (!scored[at]) return id
      const share = random.float()
      if (share < 0.8 && mask !== undefined) return mask
      return share < 0.9 ? ordinary[random.integer(ordinary.length)]! : id
    })
    return { tokens, targets, scored: scored.map(Number) }
  }

  const spec = {
    ...specOf({ length, padded: true, tokeniser, classes: vocabulary, scored: true, notices }),
    validation: Math.min(MOST_VALIDATION, Math.floor(validationSize / inner)),
  }
  const place = (row: number): number =>
    validationStart + Math.floor((row * (validationSize - inner)) / Math.max(1, spec.validation - 1))
  const validation = Array.from({ length: spec.validation }, (_, row) =>
    sampleAt(place(row), stream(0, kind, 'validation', row)),
  )
  return {
    spec,
    trainBatch(seed, step, size) {
      const random = stream(seed, kind, 'batch', step)
      const samples = Array.from({ length: size }, () => sampleAt(random.integer(validationStart - inner + 1), random))
      return batchOf(spec.signature, samples, size)
    },
    ...validationBatches(spec.signature, validation),
    withHidden(data) {
      if ('seed' in data) throw new LabError('task.hidden-takes-text', { task: kind })
      const hidden = plainIds(tokeniser, data.text)
      const joined = new Int32Array(validationStart + hidden.length)
      joined.set(ids.subarray(0, validationStart))
      joined.set(hidden, validationStart)
      return maskedTask({ ...text, ids: joined }, length)
    },
  }
}

/** Ids of a text without the tokens that the tokeniser adds around it. */
export function plainIds(tokeniser: Tokeniser, text: string): readonly number[] {
  const { ids } = encode(tokeniser, text, 'leave out')
  return 'before' in tokeniser ? ids.slice(tokeniser.before.length, ids.length - tokeniser.after.length) : ids
}
