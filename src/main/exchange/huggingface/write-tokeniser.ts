/** One of our tokenisers of pretrained models as `tokenizer.json`: the inverse of `read-tokeniser.ts`. */
import type { Tokeniser } from '@core/tokenisers'
import { tokenBytes } from '@core/tokenisers/byte-level'
import { writtenCuts } from '@core/tokenisers/cuts'
import type { SpecialTokens } from '@core/tokenisers/special-tokens'
import { writeBytes } from './byte-alphabet'
import { unusedToken } from './read-tokeniser'

type Json = Readonly<Record<string, unknown>>
type Kind<K extends Tokeniser['kind']> = Extract<Tokeniser, { kind: K }>

/** Null for kinds that the library `tokenizers` has no equal for. */
export function tokeniserFile(tokeniser: Tokeniser): Json | null {
  if (tokeniser.kind === 'byte-level') return file(tokeniser, byteLevel(tokeniser))
  if (tokeniser.kind === 'word-pieces') return file(tokeniser, wordPieces(tokeniser))
  if (tokeniser.kind === 'marked-spaces') return file(tokeniser, markedSpaces(tokeniser))
  return null
}

function file({ vocabulary, found, before, after }: Tokeniser & SpecialTokens, own: Json): Json {
  const added = found.map(({ id, text, left, right }) => ({
    ...{ id, content: text, single_word: false, lstrip: left, rstrip: right, normalized: false, special: true },
  }))
  const nameOf = (id: number): string => vocabulary[id]!
  const part = (id: number) => ({ SpecialToken: { id: nameOf(id), type_id: 0 } })
  const framing = [...new Set([...before, ...after])].map((id) => [
    nameOf(id),
    { id: nameOf(id), ids: [id], tokens: [nameOf(id)] },
  ])
  const single = [...before.map(part), { Sequence: { id: 'A', type_id: 0 } }, ...after.map(part)]
  const pair = [...single, { Sequence: { id: 'B', type_id: 1 } }, ...after.map(part)]
  const processor = { type: 'TemplateProcessing', single, pair, special_tokens: Object.fromEntries(framing) as Json }
  return {
    ...{ version: '1.0', truncation: null, padding: null, added_tokens: added },
    ...own,
    post_processor: framing.length > 0 ? processor : null,
  }
}

/** By the texts that the file has; rows of the embedding without a token are left out. */
function vocabOf({ vocabulary }: Tokeniser, write: (id: number) => string): Record<string, number> {
  const ids = [...vocabulary.keys()].filter((id) => vocabulary[id] !== unusedToken(id))
  return Object.fromEntries(ids.map((id) => [write(id), id]))
}

const mergesOf = (pairs: readonly number[], write: (id: number) => string): string[][] =>
  Array.from({ length: pairs.length / 2 }, (_, rank) => [write(pairs[2 * rank]!), write(pairs[2 * rank + 1]!)])

const plain = { dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null }

function byteLevel(tokeniser: Kind<'byte-level'>): Json {
  const { vocabulary, pairs, cuts, leadingSpace, wholePieces, found } = tokeniser
  const special = new Set(found.map(({ id }) => id))
  const write = (id: number): string => (special.has(id) ? vocabulary[id]! : writeBytes(tokenBytes(tokeniser, id)))
  const isLast = (at: number): boolean => at === cuts.length - 1 && cuts[at] === 'gpt2'
  const steps = cuts.flatMap((cut, at): Json[] => {
    if (isLast(at)) return []
    if (cut === 'digits') return [{ type: 'Digits', individual_digits: true }]
    return [{ type: 'Split', pattern: { Regex: writtenCuts[cut] }, behavior: 'Isolated', invert: false }]
  })
  const bytes = { type: 'ByteLevel', add_prefix_space: leadingSpace, trim_offsets: true, use_regex: cuts.at(-1) === 'gpt2' }
  return {
    normalizer: null,
    pre_tokenizer: steps.length > 0 ? { type: 'Sequence', pretokenizers: [...steps, bytes] } : bytes,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      ...{ type: 'BPE', ...plain, fuse_unk: false, byte_fallback: false, ignore_merges: wholePieces },
      ...{ vocab: vocabOf(tokeniser, write), merges: mergesOf(pairs, write) },
    },
  }
}

function wordPieces(tokeniser: Kind<'word-pieces'>): Json {
  const { vocabulary, unknown, continuing, longest, clean, chinese, accents, lower } = tokeniser
  const rules = { clean_text: clean, handle_chinese_chars: chinese, strip_accents: !accents, lowercase: lower }
  return {
    normalizer: { type: 'BertNormalizer', ...rules },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    decoder: { type: 'WordPiece', prefix: continuing, cleanup: true },
    model: {
      ...{ type: 'WordPiece', unk_token: vocabulary[unknown], continuing_subword_prefix: continuing },
      ...{ max_input_chars_per_word: longest, vocab: vocabOf(tokeniser, (id) => vocabulary[id]!) },
    },
  }
}

function markedSpaces(tokeniser: Kind<'marked-spaces'>): Json {
  const { vocabulary, pairs, unknown, bytes, fused, leading, split } = tokeniser
  const write = (id: number): string => vocabulary[id]!
  const scheme = { 'spaceless-parts': 'always', beginning: 'first', never: 'never' } as const
  const space = { type: 'Replace', pattern: { String: ' ' }, content: '▁' }
  const marking =
    leading === 'parts'
      ? { normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, space] }, pre_tokenizer: null }
      : {
          normalizer: null,
          pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: scheme[leading], split },
        }
  const back = { type: 'Replace', pattern: { String: '▁' }, content: ' ' }
  const strip = { type: 'Strip', content: ' ', start: 1, stop: 0 }
  return {
    ...marking,
    decoder: {
      type: 'Sequence',
      decoders: [back, { type: 'ByteFallback' }, { type: 'Fuse' }, ...(leading === 'never' ? [] : [strip])],
    },
    model: {
      ...{ type: 'BPE', ...plain, unk_token: unknown === null ? null : vocabulary[unknown] },
      ...{ fuse_unk: fused, byte_fallback: bytes, ignore_merges: false },
      ...{ vocab: vocabOf(tokeniser, write), merges: mergesOf(pairs, write) },
    },
  }
}
