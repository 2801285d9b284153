/** The glossary is complete, and all visible texts use its terms. */
import { describe, expect, it } from 'vitest'
import { flat, type Texts } from './flat'
import { glossary } from './glossary'

const languages = ['en', 'zh'] as const
type Language = (typeof languages)[number]

const files = import.meta.glob<Texts>('./{en,zh}/*.json', { eager: true, import: 'default' })

/** All texts of a language, by area and key. */
function textsOf(language: Language): Map<string, string> {
  return new Map(
    Object.entries(files)
      .filter(([path]) => path.startsWith(`./${language}/`))
      .flatMap(([path, texts]) => [...flat(texts, `${path.split('/').at(-1)}: `)]),
  )
}
const texts = { en: textsOf('en'), zh: textsOf('zh') }

const escaped = (words: string): string => words.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** English matches whole words, with an optional plural s; Chinese has no spaces. Placeholders are ignored. */
function uses(text: string, words: string, language: Language): boolean {
  if (language === 'zh') return text.toLowerCase().includes(words.toLowerCase())
  return new RegExp(String.raw`(?<![\p{L}\p{N}{_-])${escaped(words)}s?(?![\p{L}\p{N}}_-])`, 'iu').test(text)
}

/** Texts that contain one of these outside the term itself. */
function using(avoided: readonly string[], language: Language, term = ''): string[] {
  return [...texts[language]].flatMap(([key, text]) => {
    const rest = term === '' ? text : text.replaceAll(term, '')
    return avoided.filter((words) => uses(rest, words, language)).map((words) => `${key} says “${words}”`)
  })
}

/** Literal translations that belong to no term. */
const phrases = ['as it looks', 'come about', 'comes about', 'dearest', 'half way', 'least frequency', 'likeliest', 'under way']

/** Terms without an everyday meaning: if the English text uses one, the Chinese text uses its counterpart. */
const paired = [
  ...['token', 'vocabulary', 'unknown-token', 'padding', 'sequence', 'source-sequence', 'target-sequence', 'context-length'],
  ...['batch-size', 'training-set', 'validation', 'validation-set', 'validation-sample', 'ground-truth', 'byte-pair-encoding'],
  ...['part-of-speech-tagging', 'shape', 'axis', 'vector', 'matrix', 'feature', 'embedding', 'embedding-table'],
  ...['positional-encoding', 'rope', 'alibi', 'self-attention', 'cross-attention', 'multi-head-attention', 'head', 'query'],
  ...['attention-score', 'score-function', 'dot-product', 'scaled-dot-product', 'cosine-similarity', 'softmax', 'sparsemax'],
  ...['attention-weight', 'attention-map', 'weighted-sum', 'mask', 'causal-mask', 'grouped-query-attention'],
  ...['multi-query-attention', 'concatenation', 'entropy', 'alignment', 'encoder', 'decoder', 'layer', 'linear-layer'],
  ...['hidden-layer', 'nonlinear-activation', 'relu', 'gelu', 'swiglu', 'sigmoid', 'tanh', 'residual-connection'],
  ...['normalisation', 'layer-norm', 'batch-norm', 'rms-norm', 'running-statistics', 'pooling', 'dropout', 'recurrent-network'],
  ...['lstm', 'gru', 'bidirectional', 'classifier', 'sequence-classifier', 'logits', 'probability', 'regression', 'threshold'],
  ...['parameter', 'weight', 'single-step', 'learning-rate', 'learning-rate-schedule', 'warm-up', 'linear-decay'],
  ...['cosine-decay', 'step-decay', 'decay-factor', 'optimiser', 'momentum', 'weight-decay', 'gradient', 'gradient-norm'],
  ...['gradient-clipping', 'gradient-accumulation', 'loss', 'cross-entropy', 'binary-cross-entropy', 'squared-error'],
  ...['label-smoothing', 'early-stopping', 'patience', 'initialisation', 'random-seed', 'fine-tuning', 'resume', 'evaluation'],
  ...['metric', 'accuracy', 'validation-accuracy', 'validation-loss', 'baseline', 'precision', 'exact-match', 'hamming-loss'],
  ...['perplexity', 'bits-per-character', 'confusion-matrix'],
  ...['mean-absolute-error', 'teacher-forcing', 'scheduled-sampling', 'exposure-bias', 'free-running', 'sampling'],
  ...['temperature', 'top-k', 'top-p', 'beam-search', 'beam-width', 'length-penalty', 'mute', 'flops', 'wire', 'port'],
  ...['canvas', 'inspector', 'live-view', 'heat-map', 'engine', 'host', 'custom-input'],
]

describe('the glossary', () => {
  it('has at least 120 terms, each once', () => {
    expect(glossary.length).toBeGreaterThanOrEqual(120)
    for (const of of ['id', 'en', 'zh'] as const) {
      const names = glossary.map((term) => term[of])
      expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([])
    }
  })
  it('has English explanations without Chinese characters, and Chinese ones with them', () => {
    const han = /\p{Script=Han}/u
    const mixed = glossary.filter(({ en, explanation }) => han.test(en + explanation.en) || !han.test(explanation.zh))
    expect(mixed.map(({ id }) => id)).toEqual([])
  })
  it('does not list its own terms as avoided', () => {
    const names = glossary.flatMap(({ en, zh }) => [en, zh])
    expect(
      glossary.flatMap(({ avoid }) => [...(avoid?.en ?? []), ...(avoid?.zh ?? [])]).filter((each) => names.includes(each)),
    ).toEqual([])
  })
})

describe.each(languages)('texts in %s', (language) => {
  it('use the terms and no words that the glossary avoids', () => {
    expect(glossary.flatMap((term) => using(term.avoid?.[language] ?? [], language, term[language]))).toEqual([])
  })
})

it('English has no literal translations', () => expect(using(phrases, 'en')).toEqual([]))

it.each(paired)('%s is translated by its term', (id) => {
  const term = glossary.find((each) => each.id === id)
  if (!term) throw new Error(`The glossary has no term ${id}.`)
  const english = [...texts.en].filter(([, text]) => uses(text, term.en, 'en')).map(([key]) => key)
  expect(english).not.toEqual([])
  expect(english.filter((key) => !uses(texts.zh.get(key) ?? '', term.zh, 'zh'))).toEqual([])
})
