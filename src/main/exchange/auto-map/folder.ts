/** A model as a folder that transformers reads with the code inside it (`auto_map`), and without a network. */
import type { Signature } from '@core/signature'
import type { Tokeniser } from '@core/tokenisers'
import { bannedTokens } from '@engine/generation/decoding'
import { writeSafeTensors } from '@engine/safetensors'
import { about, resource } from '../library'
import { pythonModel, type Leaving } from '../pytorch/folder'
import { tokenizerFile } from './tokeniser'

/** The class of transformers by what a model does, and the file with its module. */
const forms = {
  next: { file: 'next-token.py', auto: 'AutoModelForCausalLM', generates: 'next' },
  tokens: { file: 'tokens.py', auto: 'AutoModelForTokenClassification', generates: null },
  sequence: { file: 'sequence.py', auto: 'AutoModelForSequenceClassification', generates: null },
  source: { file: 'source.py', auto: 'AutoModelForSeq2SeqLM', generates: 'source' },
} as const

export function formOf({ aim, causal, written, source }: Signature): (typeof forms)[keyof typeof forms] {
  if (source && written) return forms.source
  if (aim !== 'tokens') return forms.sequence
  return causal ? forms.next : forms.tokens
}

const problemTypes = {
  tokens: null,
  sequence: 'single_label_classification',
  labels: 'multi_label_classification',
  number: 'regression',
} as const

const always = [
  'README.md',
  'config.json',
  'configuration_attention_lab.py',
  'modeling_attention_lab.py',
  'model.py',
  'model.safetensors',
  'vocab.json',
] as const

/** The names of all files. */
export const filesOf = ({ spec }: Pick<Given, 'spec'>): string[] => [
  ...always,
  ...tokenizersOf({ spec }).map(([path]) => path),
  ...generationOf({ spec }, { isCached: false }).map(([path]) => path),
]
export type Files = Map<string, string | Uint8Array>

type Given = Pick<Leaving, 'lab' | 'spec' | 'weights' | 'step'>

/** Special tokens by the names of transformers, where the task has them. */
function specialTokens({ vocabulary, ...rest }: Tokeniser, { padded, written }: Signature): Readonly<Record<string, number>> {
  const unknown = 'unknown' in rest ? rest.unknown : null
  return {
    ...(padded && vocabulary.length > 0 && { pad: 0 }),
    ...(written && { bos: written.begin, eos: written.end }),
    ...(unknown !== null && { unk: unknown }),
  }
}

const text = (value: object): string => `${JSON.stringify(value, null, 2)}\n`

function configOf({ spec }: Given): object {
  const { signature, classes, tokeniser } = spec
  const { file, auto } = formOf(signature)
  const labels = classes.length > 0 && file !== forms.next.file && file !== forms.source.file
  const { pad, bos, eos } = specialTokens(tokeniser, signature)
  const type = problemTypes[signature.aim]
  const model = 'modeling_attention_lab.AttentionLabModel'
  return {
    architectures: ['AttentionLabModel'],
    model_type: 'attention-lab',
    auto_map: { AutoConfig: 'configuration_attention_lab.AttentionLabConfig', AutoModel: model, [auto]: model },
    ...{ vocab_size: signature.vocabulary, max_position_embeddings: signature.length, tie_word_embeddings: false },
    ...(pad !== undefined && { pad_token_id: pad }),
    ...(bos !== undefined && { bos_token_id: bos, decoder_start_token_id: bos }),
    ...(eos !== undefined && { eos_token_id: eos }),
    ...(file === forms.source.file && { is_encoder_decoder: true, never_written: suppressed(spec) }),
    ...(labels && {
      id2label: Object.fromEntries(classes.map((name, id) => [id, name])),
      label2id: Object.fromEntries(classes.map((name, id) => [name, id])),
    }),
    ...(signature.aim === 'number' && { num_labels: 1 }),
    ...(type && { problem_type: type }),
    dtype: 'float32',
  }
}

const suppressed = (spec: Given['spec']): number[] => [...bannedTokens(spec, { allowUnknown: true })]

/** `tokenizer.json` and its settings; null where the library cannot do the same. */
function tokenizerFiles(tokeniser: Tokeniser, signature: Signature, length: number): [string, string][] {
  const found = tokenizerFile(tokeniser)
  if (!found) return []
  const special = Object.entries(specialTokens(tokeniser, signature))
  const names = special.map(([name, id]) => [`${name}_token`, tokeniser.vocabulary[id]!] as const)
  const settings = {
    ...{ tokenizer_class: 'PreTrainedTokenizerFast', model_max_length: length, padding_side: 'right' },
    model_input_names: ['input_ids', 'attention_mask'],
    ...{ clean_up_tokenization_spaces: false, ...Object.fromEntries(names) },
  }
  return [
    ['tokenizer.json', text(found.json)],
    ['tokenizer_config.json', text(settings)],
  ]
}

/** The ids of all tokens, for programs without the tokeniser. */
export const vocabularyFile = ({ spec: { tokeniser } }: Pick<Given, 'spec'>): [string, string] => [
  'vocab.json',
  text(Object.fromEntries(tokeniser.vocabulary.map((token, id) => [token, id]))),
]

/** With a source, `tokenizer.json` is the source's, and `target` has that of what is written. */
export function tokenizersOf({ spec }: Pick<Given, 'spec'>): [string, string][] {
  const { signature, tokeniser, source } = spec
  if (!source || !signature.source) return tokenizerFiles(tokeniser, signature, signature.length)
  const target = tokenizerFiles(tokeniser, signature, signature.length)
  return [
    ...tokenizerFiles(source, { ...signature, padded: signature.source.padded, written: null }, signature.source.length),
    ...target.map(([path, content]): [string, string] => [`target/${path}`, content]),
  ]
}

/** All files. Throws LabError for a graph that does not compile. */
export function autoMapFolder(given: Given): Files {
  const { lab, spec, weights, step } = given
  const { signature } = spec
  const form = formOf(signature)
  const model = pythonModel(lab, signature, step, '')
  const tensors = new Map(model.states.map(({ name }) => [`model.${model.pathOf(name)}`, weights.get(name)!] as const))
  return new Map<string, string | Uint8Array>([
    ['README.md', cardOf(given)],
    ['config.json', text(configOf(given))],
    ['configuration_attention_lab.py', resource('huggingface/configuration_attention_lab.py')],
    ['modeling_attention_lab.py', resource(`huggingface/${form.file}`)],
    ['model.py', model.code],
    ['model.safetensors', writeSafeTensors({ tensors, metadata: { format: 'pt', step: String(step) } })],
    vocabularyFile(given),
    ...tokenizersOf(given),
    ...generationOf(given, { isCached: false }),
  ])
}

/** How text is generated as here, where the next token is predicted. */
export function generationOf({ spec }: Pick<Given, 'spec'>, { isCached }: { isCached: boolean }): [string, string][] {
  if (formOf(spec.signature) !== forms.next) return []
  const { eos, bos, pad } = specialTokens(spec.tokeniser, spec.signature)
  const config = { do_sample: false, use_cache: isCached, bos_token_id: bos, eos_token_id: eos, pad_token_id: pad }
  const banned = suppressed(spec)
  return [['generation_config.json', text({ ...config, ...(banned.length > 0 && { suppress_tokens: banned }) })]]
}

function cardOf({ lab, spec, step }: Given): string {
  const hasTokenizer = tokenizersOf({ spec }).length > 0
  return about(
    'huggingface/README.md',
    { lab, step },
    {
      auto: formOf(spec.signature).auto,
      tokenizer: hasTokenizer
        ? 'Texts become token ids with `PreTrainedTokenizerFast.from_pretrained(".")`.'
        : 'Its tokeniser has no counterpart in the tokenizers library; the ids of its tokens are in `vocab.json`.',
      tokenizer_zh: hasTokenizer
        ? '用 `PreTrainedTokenizerFast.from_pretrained(".")` 把文本变成词元 id。'
        : 'tokenizers 库中没有与它的分词器对应的部分；词元的 id 在 `vocab.json` 里。',
    },
  )
}
