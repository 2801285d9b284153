/** Llama (Touvron et al. 2023) and models with the same layers: root-mean-square norms, RoPE of halves, SwiGLU, grouped keys and values. */
import { z } from 'zod'
import {
  inLayer,
  LAYERS,
  node,
  requireOneOf,
  settingsIn,
  sizes,
  stack,
  unlike,
  wires,
  type Architecture,
  type Config,
} from './architecture'
import { linear, same, transposed } from './mapping'

const config = z.looseObject({
  vocab_size: sizes.vocabulary.default(32000),
  hidden_size: sizes.width.default(4096),
  intermediate_size: sizes.hidden.default(11008),
  num_hidden_layers: sizes.layers.default(32),
  num_attention_heads: sizes.heads.default(32),
  num_key_value_heads: sizes.heads.nullish(),
  head_dim: sizes.width.nullish(),
  max_position_embeddings: z
    .number()
    .int()
    .min(4)
    .max(2 ** 24)
    .default(2048),
  rms_norm_eps: sizes.epsilon.default(1e-6),
  initializer_range: sizes.deviation.default(0.02),
  attention_bias: z.boolean().default(false),
  attention_dropout: sizes.rate.default(0),
  mlp_bias: z.boolean().default(false),
  sliding_window: z.number().int().min(1).max(4097).nullish(),
})

const rotary = z.looseObject({
  rope_theta: z.number().min(1).max(1e9).optional(),
  rope_type: z.string().optional(),
  type: z.string().optional(),
  factor: z.number().min(1).max(1024).optional(),
})

/** Base and stretch of RoPE: transformers 5 writes `rope_parameters`, earlier versions `rope_theta` and `rope_scaling`. */
function rotaryOf(given: Config): { base: number; stretch: number } {
  const field = given['rope_parameters'] ? 'rope_parameters' : 'rope_scaling'
  const scaling = settingsIn(z.looseObject({ [field]: rotary.nullish() }), given)[field] as z.output<typeof rotary> | null
  const { rope_theta } = settingsIn(z.looseObject({ rope_theta: z.number().min(1).max(1e9).optional() }), given)
  const kind = scaling?.rope_type ?? scaling?.type ?? 'default'
  if (kind !== 'default' && kind !== 'linear') throw unlike(field, kind)
  return { base: scaling?.rope_theta ?? rope_theta ?? 10000, stretch: kind === 'linear' ? (scaling?.factor ?? 1) : 1 }
}

export const llama: Architecture = {
  types: ['llama', 'mistral'],
  prefix: 'model.',
  className: 'LlamaForCausalLM',

  blueprint(given, { has }) {
    requireOneOf(given, 'hidden_act', null, 'silu', 'swish')
    requireOneOf(given, 'pretraining_tp', null, 1)
    const c = settingsIn(config, given)
    const { hidden_size: width, num_attention_heads: heads, num_hidden_layers: layers, initializer_range: deviation } = c
    const { attention_bias: bias, mlp_bias } = c
    const headWidth = c.head_dim ?? width / heads
    if (!Number.isInteger(headWidth) || headWidth % 2 !== 0) throw unlike('head_dim', headWidth)
    const groups = c.num_key_value_heads ?? heads
    if (heads % groups !== 0) throw unlike('num_key_value_heads', groups)
    const { base, stretch } = rotaryOf(given)
    const tied = given['tie_word_embeddings'] === true || !has('lm_head.weight')
    const norm = { method: 'rms', epsilon: c.rms_norm_eps }
    const initialiser = 'normal'
    const own = headWidth * heads === width ? {} : { keyWidth: headWidth, valueWidth: headWidth }
    const graph = stack(
      layers,
      {
        norms: 'before',
        norm,
        attention: {
          ...{ heads, ...(groups === heads ? {} : { keyValueHeads: groups }), ...own },
          ...(c.sliding_window ? { mask: 'causal-window', window: c.sliding_window - 1 } : { mask: 'causal' }),
          ...{ positions: 'rope', rotaryBase: base, rotaryPairs: 'halves', rotaryStretch: stretch },
          ...{ bias, initialiser, weightDropout: c.attention_dropout },
        },
        feedForward: { hidden: c.intermediate_size, activation: 'swiglu', bias: mlp_bias, initialiser },
      },
      [
        node('tokens', 'tokens', {}, 0),
        node('embedding', 'embedding', { width, deviation }, 1),
        node(LAYERS, 'group', { group: 'layer', repeat: layers }, 2),
        node('norm', 'norm', norm, 3),
        node('next-token', 'next-token', { bias: false, initialiser }, 4),
      ],
      wires(
        ...['tokens.ids > embedding.ids', `embedding.y > ${LAYERS}.x`, `${LAYERS}.y > norm.x`, 'norm.y > next-token.x'],
        ...(tied ? ['embedding.table > next-token.table'] : []),
      ),
    )
    const layer = (index: number) => {
      const local = (weight: string): string => inLayer(index, weight)
      const name = `layers.${index}`
      const parts = { q: 'query', k: 'key', v: 'value', o: 'output' }
      return [
        same(`${name}.input_layernorm.weight`, local('norm-1/gain')),
        ...Object.entries(parts).flatMap(([letter, part]) =>
          linear(`${name}.self_attn.${letter}_proj`, local(`attention/${part}`), bias),
        ),
        same(`${name}.post_attention_layernorm.weight`, local('norm-2/gain')),
        ...['gate', 'up', 'down'].flatMap((part) =>
          linear(`${name}.mlp.${part}_proj`, local(`feed-forward/${part}`), mlp_bias),
        ),
      ]
    }
    return {
      ...{ graph, objective: 'next', vocabulary: c.vocab_size, longest: c.max_position_embeddings },
      mapped: [
        same('embed_tokens.weight', 'embedding/table'),
        ...Array.from({ length: layers }, (_, index) => layer(index)).flat(),
        same('norm.weight', 'norm/gain'),
        ...(tied ? [] : [transposed('lm_head.weight', 'next-token/weight')]),
      ],
    }
  },

  configOf({ of, vocabulary, length }) {
    const [embedding] = of('embedding')
    const [attention] = of('multi-head')
    const [feedForward] = of('feed-forward')
    const [norm] = of('norm')
    if (!embedding || !attention || !feedForward || !norm) return null
    const { width, deviation } = embedding.params
    const { heads, keyValueHeads, keyWidth, mask, window, rotaryBase, rotaryStretch, bias, weightDropout } = attention.params
    const stretched = rotaryStretch === 1 ? {} : { rope_scaling: { rope_type: 'linear', factor: rotaryStretch } }
    return {
      ...{ model_type: mask === 'causal-window' ? 'mistral' : 'llama', vocab_size: vocabulary, hidden_size: width },
      ...{ intermediate_size: feedForward.params['hidden'], num_hidden_layers: of('multi-head').length },
      ...{ num_attention_heads: heads, num_key_value_heads: keyValueHeads || heads },
      ...{ head_dim: keyWidth || Number(width) / Number(heads), max_position_embeddings: length },
      ...{ rms_norm_eps: norm.params['epsilon'], initializer_range: deviation, hidden_act: 'silu' },
      ...{ attention_bias: bias, attention_dropout: weightDropout, mlp_bias: feedForward.params['bias'] },
      ...{ rope_theta: rotaryBase, ...stretched },
      ...(mask === 'causal-window' && { sliding_window: Number(window) + 1 }),
    }
  },
}
