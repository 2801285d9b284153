/**
 * `tokenizer.json` of Hugging Face's library `tokenizers`, or the older vocabulary files, as one of our tokenisers. What one of them
 * cannot represent is refused, never approximated.
 */
import { z } from 'zod'
import { LabError } from '@core/errors'
import { type Tokeniser } from '@core/tokenisers'
import { textOfBytes } from '@core/tokenisers/byte-text'
import { writtenCuts, type Cut } from '@core/tokenisers/cuts'
import type { SpecialTokens } from '@core/tokenisers/special-tokens'
import { readBytes, writeBytes } from './byte-alphabet'
import { fieldsOf, readJsonFile, readTextFile, shown } from './json-file'

const FILE = 'tokenizer.json'
const MOST_TOKENS = 1_000_000
/** The pattern of a pre-tokeniser. */
export const ANY_CHARACTER = '[\\s\\S]'

const id = z
  .number()
  .int()
  .min(0)
  .max(MOST_TOKENS - 1)
const part = z.looseObject({ type: z.string() })
type Part = z.output<typeof part>
const added = z.array(
  z.looseObject({
    id,
    content: z.string().min(1).max(1000),
    single_word: z.boolean().default(false),
    lstrip: z.boolean().default(false),
    rstrip: z.boolean().default(false),
    normalized: z.boolean().default(false),
  }),
)
const whole = z.looseObject({
  added_tokens: added.max(100_000).default([]),
  normalizer: part.nullish(),
  pre_tokenizer: part.nullish(),
  post_processor: part.nullish(),
  model: z.looseObject({ type: z.string().optional(), vocab: z.unknown(), merges: z.unknown().optional() }),
})
const vocabularyOf = z.record(z.string(), id)

/** Null if the folder has no tokeniser. Throws LabError. */
export async function readTokeniser(folder: string): Promise<Tokeniser | null> {
  const json = (await readJsonFile(folder, FILE)) ?? (await fromGpt2Files(folder)) ?? (await fromBertFiles(folder))
  return json === null ? null : tokeniserFrom(json)
}

/** Throws LabError `import.field`, `import.tokeniser`, `import.bad-merge` or `import.missing-token`. */
export function tokeniserFrom(json: unknown): Tokeniser {
  const file = fieldsOf(FILE, whole, json)
  const { type } = file.model
  const steps = stepsOf(file.pre_tokenizer)
  if (type === 'WordPiece') return wordPieces(file, steps)
  if (type === 'WordLevel') return characters(file, steps)
  const isPairs = type === 'BPE' || (type === undefined && file.model.merges !== undefined)
  if (!isPairs) return refuse('model', type ?? '—')
  const last = steps.at(-1)
  return last?.type === 'ByteLevel' ? byteLevel(file, steps.slice(0, -1), last) : markedSpaces(file, steps)
}

function refuse(field: string, value: unknown): never {
  throw new LabError('import.tokeniser', { place: field, found: shown(value) })
}

/** A step or a sequence of them. */
function stepsOf(step: Part | null | undefined, field = 'pre_tokenizer', list = 'pretokenizers'): readonly Part[] {
  if (!step) return []
  return step.type === 'Sequence' ? fieldsOf(FILE, z.array(part).max(16), step[list], `${field}.${list}`) : [step]
}

type File = z.output<typeof whole>

/** Texts by id: what `read` makes of those of the model, special tokens as they are. */
function texts(
  { model, added_tokens }: File,
  read: (token: string) => string,
): { vocabulary: string[]; idOf: Map<string, number> } {
  const idOf = new Map(Object.entries(fieldsOf(FILE, vocabularyOf, model.vocab, 'model.vocab')))
  const names = new Map([...idOf].map(([token, at]) => [at, read(token)]))
  for (const { id: at, content } of added_tokens) names.set(at, content)
  const size = [...names.keys()].reduce((most, at) => Math.max(most, at + 1), 0)
  return { vocabulary: Array.from({ length: size }, (_, at) => names.get(at) ?? unusedToken(at)), idOf }
}

export const unusedToken = (at: number): string => `⟨unused ${at}⟩`

/** `isPlain`: whether texts are not normalised, so that tokens found before and after it are the same. */
function specialTokens({ added_tokens, post_processor }: File, isPlain: boolean): SpecialTokens {
  const found = added_tokens.map((token) => {
    if (token.single_word) refuse('added_tokens.single_word', token.content)
    if (token.normalized && !isPlain) refuse('added_tokens.normalized', token.content)
    return { id: token.id, text: token.content, left: token.lstrip, right: token.rstrip }
  })
  return { found, ...framed(post_processor) }
}

const pair = z.tuple([z.string(), id])
const template = z.looseObject({
  single: z
    .array(z.union([z.object({ SpecialToken: z.object({ id: z.string() }) }), z.object({ Sequence: z.unknown() })]))
    .max(64),
  special_tokens: z.record(z.string(), z.object({ ids: z.array(id).max(16) })),
})

/** The tokens around every text. */
function framed(processor: Part | null | undefined): Pick<SpecialTokens, 'before' | 'after'> {
  const frames = stepsOf(processor, 'post_processor', 'processors').map((step) => {
    if (step.type === 'ByteLevel') return { before: [], after: [] }
    if (step.type === 'BertProcessing' || step.type === 'RobertaProcessing') {
      const { cls, sep } = fieldsOf(FILE, z.looseObject({ cls: pair, sep: pair }), step, 'post_processor')
      return { before: [cls[1]], after: [sep[1]] }
    }
    if (step.type !== 'TemplateProcessing') return refuse('post_processor', step.type)
    const { single, special_tokens } = fieldsOf(FILE, template, step, 'post_processor')
    const at = single.findIndex((each) => 'Sequence' in each)
    if (at < 0 || single.filter((each) => 'Sequence' in each).length > 1) refuse('post_processor.single', single)
    const idsOf = (parts: typeof single): number[] =>
      parts.flatMap((each) => {
        const name = 'SpecialToken' in each ? each.SpecialToken.id : ''
        return special_tokens[name]?.ids ?? refuse('post_processor.special_tokens', name)
      })
    return { before: idsOf(single.slice(0, at)), after: idsOf(single.slice(at + 1)) }
  })
  return {
    before: frames.toReversed().flatMap(({ before }) => before),
    after: frames.flatMap(({ after }) => after),
  }
}

/** Left and right id of each merge; their results must be tokens. */
function pairsOf(model: File['model'], idOf: ReadonlyMap<string, number>): number[] {
  const written = z.union([z.string(), z.tuple([z.string(), z.string()])])
  const merges = fieldsOf(FILE, z.array(written).max(MOST_TOKENS), model.merges, 'model.merges')
  return merges.flatMap((merge) => {
    const sides = typeof merge === 'string' ? merge.split(' ') : merge
    const [left, right] = sides.map((side) => idOf.get(side))
    const isKnown = sides.length === 2 && left !== undefined && right !== undefined && idOf.has(sides.join(''))
    if (!isKnown) throw new LabError('import.bad-merge', { file: FILE, merge: shown(merge) })
    return [left, right]
  })
}

function requirePlainPairs(model: File['model']): void {
  for (const field of ['dropout', 'continuing_subword_prefix', 'end_of_word_suffix']) {
    if (model[field] !== undefined && model[field] !== null && model[field] !== '' && model[field] !== 0) {
      refuse(`model.${field}`, model[field])
    }
  }
}

const split = z.looseObject({ pattern: z.looseObject({ Regex: z.string() }), behavior: z.string(), invert: z.boolean() })

/** Every character is a token, as models that learn to spell have it. */
function characters(file: File, [step, ...more]: readonly Part[]): Tokeniser {
  if (file.normalizer) refuse('normalizer', file.normalizer.type)
  if (step?.type !== 'Split' || more.length > 0) refuse('pre_tokenizer', step?.type ?? '—')
  const { pattern, behavior, invert } = fieldsOf(FILE, split, step, 'pre_tokenizer')
  if (pattern.Regex !== ANY_CHARACTER || behavior !== 'Isolated' || invert) refuse('pre_tokenizer.pattern', pattern.Regex)
  if (file.added_tokens.length > 0) refuse('added_tokens', file.added_tokens[0]!.content)
  const { unk_token } = fieldsOf(FILE, z.looseObject({ unk_token: z.string() }), file.model, 'model')
  const { vocabulary, idOf } = texts(file, (token) => token)
  return { kind: 'characters', vocabulary, signs: 0, unknown: idOf.get(unk_token) ?? null }
}

const byteStep = z.looseObject({ add_prefix_space: z.boolean().default(true), use_regex: z.boolean().default(true) })

function byteLevel(file: File, before: readonly Part[], step: Part): Tokeniser {
  if (file.normalizer) refuse('normalizer', file.normalizer.type)
  requirePlainPairs(file.model)
  const { add_prefix_space, use_regex } = fieldsOf(FILE, byteStep, step, 'pre_tokenizer')
  if (add_prefix_space && before.length > 0) refuse('pre_tokenizer.add_prefix_space', true)
  const special = new Set(file.added_tokens.map(({ content }) => content))
  const { vocabulary, idOf } = texts(file, (token) => {
    const bytes = readBytes(token)
    if (!bytes && !special.has(token)) refuse('model.vocab', token)
    return bytes ? textOfBytes(bytes) : token
  })
  for (let byte = 0; byte < 256; byte++) {
    const token = writeBytes(Uint8Array.of(byte))
    if (!idOf.has(token)) throw new LabError('import.missing-token', { token })
  }
  return {
    kind: 'byte-level',
    vocabulary,
    pairs: pairsOf(file.model, idOf),
    cuts: [...before.map(cutOf), ...(use_regex ? (['gpt2'] as const) : [])],
    leadingSpace: add_prefix_space,
    wholePieces: file.model['ignore_merges'] === true,
    ...specialTokens(file, true),
  }
}

/** A known pattern; any other is refused. */
function cutOf(step: Part): Cut {
  if (step.type === 'Digits' && step['individual_digits'] === true) return 'digits'
  if (step.type !== 'Split') return refuse('pre_tokenizer', step.type)
  const { pattern, behavior, invert } = fieldsOf(FILE, split, step, 'pre_tokenizer')
  const known = Object.entries(writtenCuts).find(([, source]) => source === pattern.Regex)
  if (!known || behavior !== 'Isolated' || invert) return refuse('pre_tokenizer.pattern', pattern.Regex)
  return known[0] as Cut
}

const bertNormalizer = z.looseObject({
  clean_text: z.boolean().default(true),
  handle_chinese_chars: z.boolean().default(true),
  strip_accents: z.boolean().nullish(),
  lowercase: z.boolean().default(true),
})

function wordPieces(file: File, steps: readonly Part[]): Tokeniser {
  const { normalizer, model } = file
  if (normalizer && normalizer.type !== 'BertNormalizer') refuse('normalizer', normalizer.type)
  const [only] = steps
  if (steps.length !== 1 || only?.type !== 'BertPreTokenizer') refuse('pre_tokenizer', only?.type ?? '—')
  const rules = normalizer ? fieldsOf(FILE, bertNormalizer, normalizer, 'normalizer') : null
  const settings = z.looseObject({
    unk_token: z.string(),
    continuing_subword_prefix: z.string().min(1).max(8).default('##'),
    max_input_chars_per_word: z.number().int().min(1).max(10_000).default(100),
  })
  const { unk_token, continuing_subword_prefix, max_input_chars_per_word } = fieldsOf(FILE, settings, model, 'model')
  const { vocabulary, idOf } = texts(file, (token) => token)
  const unknown = idOf.get(unk_token)
  if (unknown === undefined) throw new LabError('import.missing-token', { token: unk_token })
  return {
    kind: 'word-pieces',
    vocabulary,
    unknown,
    continuing: continuing_subword_prefix,
    longest: max_input_chars_per_word,
    clean: rules?.clean_text ?? false,
    chinese: rules?.handle_chinese_chars ?? false,
    accents: rules ? !(rules.strip_accents ?? rules.lowercase) : true,
    lower: rules?.lowercase ?? false,
    ...specialTokens(file, !rules),
  }
}

function markedSpaces(file: File, steps: readonly Part[]): Tokeniser {
  const { model, normalizer } = file
  requirePlainPairs(model)
  const settings = z.looseObject({
    unk_token: z.string().nullish(),
    byte_fallback: z.boolean().default(false),
    fuse_unk: z.boolean().default(false),
    ignore_merges: z.boolean().default(false),
  })
  const { unk_token, byte_fallback, fuse_unk, ignore_merges } = fieldsOf(FILE, settings, model, 'model')
  if (ignore_merges) refuse('model.ignore_merges', true)
  const { vocabulary, idOf } = texts(file, (token) => token)
  const unknown = typeof unk_token === 'string' ? (idOf.get(unk_token) ?? null) : null
  return {
    kind: 'marked-spaces',
    vocabulary,
    pairs: pairsOf(model, idOf),
    unknown,
    bytes: byte_fallback,
    fused: fuse_unk,
    ...leadingSpaces(normalizer, steps),
    ...specialTokens(file, !normalizer),
  }
}

type Leading = Pick<Extract<Tokeniser, { kind: 'marked-spaces' }>, 'leading' | 'split'>
const SPACE = '▁'

/** How spaces are marked: by the normaliser, as in the older files, or by the step Metaspace. */
function leadingSpaces(normalizer: Part | null | undefined, steps: readonly Part[]): Leading {
  const norms = stepsOf(normalizer, 'normalizer', 'normalizers')
  const [step] = steps
  if (norms.length === 0 && steps.length === 1 && step?.type === 'Metaspace') {
    const schema = z.looseObject({
      replacement: z.literal(SPACE),
      prepend_scheme: z.enum(['always', 'first', 'never']).default('always'),
      split: z.boolean().default(true),
    })
    const { prepend_scheme, split } = fieldsOf(FILE, schema, step, 'pre_tokenizer')
    return { leading: ({ always: 'spaceless-parts', first: 'beginning', never: 'never' } as const)[prepend_scheme], split }
  }
  if (step) refuse('pre_tokenizer', step.type)
  const isReplace = (each: Part | undefined): boolean =>
    each?.type === 'Replace' && each['content'] === SPACE && JSON.stringify(each['pattern']) === '{"String":" "}'
  const isPrepend = (each: Part | undefined): boolean => each?.type === 'Prepend' && each['prepend'] === SPACE
  if (norms.length === 1 && isReplace(norms[0])) return { leading: 'never', split: false }
  if (norms.length === 2 && isPrepend(norms[0]) && isReplace(norms[1])) return { leading: 'parts', split: false }
  return refuse('normalizer', norms.map(({ type }) => type).join(', ') || '—')
}

/** GPT-2's `vocab.json` and `merges.txt`. */
async function fromGpt2Files(folder: string): Promise<unknown> {
  const vocab = await readJsonFile(folder, 'vocab.json')
  const merges = vocab && (await readTextFile(folder, 'merges.txt'))
  if (!merges) return null
  const lines = merges.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version'))
  const end = '<|endoftext|>'
  return {
    model: { type: 'BPE', vocab, merges: lines },
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    added_tokens: typeof vocab[end] === 'number' ? [{ id: vocab[end], content: end }] : [],
  }
}

/** BERT's `vocab.txt`, lower-cased unless `tokenizer_config.json` says otherwise. */
async function fromBertFiles(folder: string): Promise<unknown> {
  const list = await readTextFile(folder, 'vocab.txt')
  if (list === null) return null
  const { do_lower_case: lowercase = true } = (await readJsonFile(folder, 'tokenizer_config.json')) ?? {}
  const tokens = list.split(/\r?\n/)
  if (tokens.at(-1) === '') tokens.pop()
  const vocab = Object.fromEntries(tokens.map((token, at) => [token, at]))
  const special = (token: string): { id: number; content: string }[] =>
    vocab[token] === undefined ? [] : [{ id: vocab[token], content: token }]
  const frame = (token: string): [string, number] => [token, vocab[token] ?? refuse('vocab.txt', token)]
  return {
    model: { type: 'WordPiece', vocab, unk_token: '[UNK]' },
    normalizer: { type: 'BertNormalizer', lowercase },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: { type: 'BertProcessing', cls: frame('[CLS]'), sep: frame('[SEP]') },
    added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'].flatMap(special),
  }
}
