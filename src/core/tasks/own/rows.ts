/** Shared by tasks on own rows: vocabulary, classes, and a split by content. */
import { z } from 'zod'
import { LabError, type Problem } from '../../errors'
import { hashIds } from '../../random/hash'
import { stream, type RandomStream } from '../../random/stream'
import { PADDING } from '../letters'
import { batchOf, validationBatches, type Sample } from '../samples'
import type { Tokeniser } from '../../tokenisers'
import { wordsOf } from '../../tokenisers/pieces'
import type { TaskInstance, TaskSpec } from '../types'
import { untrainedUnknown } from '../unknown'
import type { ClassOrder } from './class-order'
import { isNumber } from './columns'
import type { Row } from './table'

/** Token for words that are too rare or do not occur in training. */
const RARE = '□'
/** A control character, which does not occur in ordinary text. */
const BETWEEN_TOKENS = '\u001f'
const MOST_WORDS = 8192
const MOST_CLASSES = 1000
const FEWEST_ROWS = 10
/** Share of distinct texts held out for validation. */
const VALIDATION_SHARE = 0.1

/** Units into which a text is tokenised. */
export const unitNames = ['words', 'characters'] as const
export type Units = (typeof unitNames)[number]
/** Texts that are tokenised already use spaces as separators. */
type Cut = Units | 'as given'

export const tokensOf = (text: string, units: Units): string[] => (units === 'words' ? wordsOf(text) : Array.from(text))

/** Usual names of the text column, in lower case. */
export const textNames = [
  ...['text', 'sentence', 'content', 'review', 'comment', 'comment_text', 'message', 'tweet', 'phrase', 'body', 'title'],
  ...['文本', '句子', '内容', '评论', '标题'],
]
export const columnParam = z.string().max(200).default('')
export const rowParams = {
  units: z.enum(unitNames).default('words'),
  length: z.number().int().min(2).max(512).default(32),
  minimum: z.number().int().min(1).max(100).default(1),
}

/** Extends a special token until it differs from all texts of the vocabulary. */
export function unusedSign(sign: string, taken: ReadonlySet<string>): string {
  let free = sign
  while (taken.has(free)) free += sign
  return free
}

export interface Vocabulary {
  /** Padding, further special tokens, the unknown token, then words by decreasing frequency. */
  readonly tokeniser: Tokeniser
  /** Frequency in the training rows by token id. 0 for special tokens. */
  readonly counts: readonly number[]
  /** Id of the unknown token. */
  readonly unknown: number
  /** Encodes tokenised text. */
  encode(tokens: readonly string[]): number[]
  /** Reports how many tokens of the training rows are not in the vocabulary because of its limit. */
  readonly notices: readonly Problem[]
}

/** All tokens before the unknown one are special. */
export function tokeniserOf(vocabulary: readonly string[], unknown: number, cut: Cut): Tokeniser {
  const shared = { vocabulary, signs: unknown, unknown }
  if (cut === 'characters') return { kind: 'characters', ...shared }
  return { kind: 'words', ...shared, spaces: cut === 'words' ? 'implied' : 'separating' }
}

/** Vocabulary of the words that occur at least `minimum` times in training; `signs` are special tokens after the padding. */
export function vocabularyOf(
  training: readonly (readonly string[])[],
  minimum: number,
  cut: Cut,
  signs: readonly string[] = [],
): Vocabulary {
  const counts = new Map<string, number>()
  for (const token of training.flat()) counts.set(token, (counts.get(token) ?? 0) + 1)
  const frequent = [...counts]
    .filter(([, count]) => count >= minimum)
    .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
  const words = frequent.slice(0, MOST_WORDS).map(([word]) => word)
  const tokens = frequent.slice(MOST_WORDS).reduce((sum, [, count]) => sum + count, 0)
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const kept = frequent.slice(0, MOST_WORDS).map(([, count]) => count)
  const taken = new Set(words)
  const vocabulary = [...[PADDING, ...signs, RARE].map((sign) => unusedSign(sign, taken)), ...words]
  const rare = signs.length + 1
  const idOf = new Map(words.map((word, index) => [word, index + rare + 1]))
  return {
    tokeniser: tokeniserOf(vocabulary, rare, cut),
    counts: [...Array.from({ length: rare }, () => 0), kept.reduce((rest, count) => rest - count, all), ...kept],
    unknown: rare,
    encode: (tokens) => tokens.map((token) => idOf.get(token) ?? rare),
    notices: tokens === 0 ? [] : [{ code: 'vocabulary.cut', params: { distinct: frequent.length, limit: MOST_WORDS, tokens } }],
  }
}

/** Sorted by text or, if all are numbers and `order` says so, by value. Throws LabError `table.one-class` or `table.too-many-classes`. */
export function classesOf(labels: Iterable<string>, order: ClassOrder): string[] {
  const classes = [...new Set(labels)].sort()
  if (order === 'value' && classes.every(isNumber)) classes.sort((a, b) => Number(a) - Number(b))
  if (classes.length < 2) throw new LabError('table.one-class', { label: classes[0] ?? '' })
  if (classes.length > MOST_CLASSES)
    throw new LabError('table.too-many-classes', { count: classes.length, limit: MOST_CLASSES })
  return classes
}

/** Reports classes with less than two rows on average, because they cannot be learned. */
export function rareClasses(classes: readonly string[], rows: number): Problem[] {
  return 2 * classes.length > rows ? [{ code: 'table.rare-classes', params: { count: classes.length, rows } }] : []
}

/** Reports how many rows were skipped, with the line of the first; empty if none were. */
export function leftOut(
  code: 'table.left-out' | 'pairs.left-out' | 'conll.left-out',
  lines: readonly number[],
  of: number,
): Problem[] {
  return lines.length === 0 ? [] : [{ code, params: { count: lines.length, rows: of, line: lines[0]! } }]
}

/** Skips and reports rows with an empty cell. */
export function completeRows<R>(
  rows: readonly Row[],
  read: (cells: Row['cells']) => R | null,
): { rows: (R & { readonly line: number })[]; notices: Problem[] } {
  const complete: (R & { readonly line: number })[] = []
  const empty: number[] = []
  for (const { line, cells } of rows) {
    const row = read(cells)
    if (row === null) empty.push(line)
    else complete.push({ ...row, line })
  }
  if (complete.length === 0) throw new LabError('table.no-complete-row')
  return { rows: complete, notices: leftOut('table.left-out', empty, rows.length) }
}

/** The maximum length, up to `limit`, with a notice about truncated sequences. */
export function lengthOf(
  sequences: readonly { readonly length: number }[],
  limit: number,
): { length: number; notices: Problem[] } {
  const longest = sequences.reduce((most, { length }) => Math.max(most, length), 2)
  const count = sequences.filter(({ length }) => length > limit).length
  return {
    length: Math.min(longest, limit),
    notices: count === 0 ? [] : [{ code: 'table.cut', params: { count, rows: sequences.length, limit, longest } }],
  }
}

/**
 * Splits rows by content: rows whose tokens are equal up to `length` are on the same side. Throws LabError `table.too-few-rows` for fewer
 * than ten distinct ones.
 */
export function splitRows<R>(
  rows: readonly R[],
  tokensOf: (row: R) => readonly string[],
  length: number,
): { training: R[]; validation: R[] } {
  const textOf = (row: R): string => tokensOf(row).slice(0, length).join(BETWEEN_TOKENS)
  const texts = [...new Set(rows.map(textOf))]
  if (texts.length < FEWEST_ROWS) throw new LabError('table.too-few-rows', { rows: texts.length, minimum: FEWEST_ROWS })
  const hashes = new Map(texts.map((text) => [text, hashIds(Array.from(text, (character) => character.codePointAt(0)!))]))
  texts.sort((a, b) => hashes.get(a)! - hashes.get(b)! || (a < b ? -1 : 1))
  const held = new Set(texts.slice(0, Math.ceil(texts.length * VALIDATION_SHARE)))
  return { training: rows.filter((row) => !held.has(textOf(row))), validation: rows.filter((row) => held.has(textOf(row))) }
}

/** Replaces some of the input token ids. */
export type Replacement = (ids: ArrayLike<number>, random: RandomStream) => number[]

/**
 * Draws training batches uniformly from the training rows; `dropped` replaces words of their inputs. `readAll` reads another text and
 * encodes all of its rows in the same way.
 */
export function rowsTask(
  kind: string,
  plan: Omit<TaskSpec, 'validation'>,
  training: readonly Sample[],
  validation: readonly Sample[],
  dropped: Replacement | null,
  readAll: (text: string) => readonly Sample[],
): TaskInstance {
  const read = (samples: readonly Sample[]) => samples.map(({ source, tokens }) => source ?? tokens)
  const tokeniser = plan.source ?? plan.tokeniser
  const unknown = 'unknown' in tokeniser ? tokeniser.unknown : null
  const untrained = dropped ? [] : untrainedUnknown(unknown, read(training), read(validation))
  const spec: TaskSpec = { ...plan, notices: [...plan.notices, ...untrained], validation: validation.length }
  return {
    spec,
    trainBatch(seed, step, size) {
      const random = stream(seed, kind, 'batch', step)
      const samples = Array.from({ length: size }, () => training[random.integer(training.length)]!)
      return batchOf(spec.signature, dropped ? withDropped(samples, dropped, seed, kind, step) : samples, size)
    },
    ...validationBatches(spec.signature, validation),
    withHidden(data) {
      if ('seed' in data) throw new LabError('task.hidden-takes-text', { task: kind })
      const samples = readAll(data.text)
      if (samples.length === 0) throw new LabError('hidden.empty')
      return rowsTask(kind, plan, training, samples, dropped, readAll)
    },
  }
}

/** The id of a class of hidden data. Throws LabError `hidden.unknown-class`: the model cannot predict a class it has never seen. */
export function knownClass(ids: ReadonlyMap<string, number>, label: string): number {
  const id = ids.get(label)
  if (id === undefined) throw new LabError('hidden.unknown-class', { label: label.slice(0, 64) })
  return id
}

/** Uses a separate random stream, so that the same rows are drawn with and without dropout. */
function withDropped(samples: readonly Sample[], drop: Replacement, seed: number, kind: string, step: number): Sample[] {
  const random = stream(seed, kind, 'word dropout', step)
  return samples.map((sample) =>
    sample.source ? { ...sample, source: drop(sample.source, random) } : { ...sample, tokens: drop(sample.tokens, random) },
  )
}
