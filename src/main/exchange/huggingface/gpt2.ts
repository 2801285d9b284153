/** GPT-2 (Radford et al. 2019): learned positions, norms before, GELU by tanh, tied output. Its Conv1D stores (input, output) as we do. */
import { z } from 'zod'
import {
  activationName,
  activationOf,
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
} from './architecture'
import { joined, same, transposed } from './mapping'

const config = z.looseObject({
  vocab_size: sizes.vocabulary.default(50257),
  n_positions: sizes.positions.default(1024),
  n_embd: sizes.width.default(768),
  n_layer: sizes.layers.default(12),
  n_head: sizes.heads.default(12),
  n_inner: sizes.hidden.nullish(),
  activation_function: z.string().default('gelu_new'),
  resid_pdrop: sizes.rate.default(0.1),
  embd_pdrop: sizes.rate.default(0.1),
  attn_pdrop: sizes.rate.default(0.1),
  layer_norm_epsilon: sizes.epsilon.default(1e-5),
  initializer_range: sizes.deviation.default(0.02),
  scale_attn_weights: z.boolean().default(true),
})

export const gpt2: Architecture = {
  types: ['gpt2'],
  prefix: 'transformer.',
  className: 'GPT2LMHeadModel',

  blueprint(given, { has }) {
    requireOneOf(given, 'add_cross_attention', null, false)
    requireOneOf(given, 'scale_attn_by_inverse_layer_idx', null, false)
    const c = settingsIn(config, given)
    const { n_embd: width, n_head: heads, n_layer: layers, initializer_range: deviation } = c
    if (width % heads !== 0) throw unlike('n_head', heads)
    const tied = given['tie_word_embeddings'] !== false || !has('lm_head.weight')
    const norm = { epsilon: c.layer_norm_epsilon }
    const graph = stack(
      layers,
      {
        norms: 'before',
        norm,
        attention: {
          ...{ heads, mask: 'causal', scale: c.scale_attn_weights ? 'root' : 'none', initialiser: 'normal' },
          ...{ weightDropout: c.attn_pdrop, dropout: c.resid_pdrop },
        },
        feedForward: {
          ...{ hidden: c.n_inner ?? 4 * width, activation: activationOf('activation_function', c.activation_function) },
          ...{ initialiser: 'normal', dropout: c.resid_pdrop },
        },
      },
      [
        node('tokens', 'tokens', {}, 0),
        node('embedding', 'embedding', { width, deviation }, 1),
        node('position', 'position', { method: 'learned', rows: c.n_positions, deviation, dropout: c.embd_pdrop }, 2),
        node(LAYERS, 'group', { group: 'layer', repeat: layers }, 3),
        node('norm', 'norm', norm, 4),
        node('next-token', 'next-token', { bias: false, initialiser: 'normal' }, 5),
      ],
      wires(
        ...['tokens.ids > embedding.ids', 'embedding.y > position.x', `position.y > ${LAYERS}.x`],
        ...[`${LAYERS}.y > norm.x`, 'norm.y > next-token.x', ...(tied ? ['embedding.table > next-token.table'] : [])],
      ),
    )
    const mapped = Array.from({ length: layers }, (_, layer) => {
      const own = (weight: string): string => inLayer(layer, weight)
      const pairs: readonly (readonly [string, readonly string[]])[] = [
        ['ln_1.weight', ['norm-1/gain']],
        ['ln_1.bias', ['norm-1/bias']],
        ['attn.c_attn.weight', ['attention/query', 'attention/key', 'attention/value']],
        ['attn.c_attn.bias', ['attention/query-bias', 'attention/key-bias', 'attention/value-bias']],
        ['attn.c_proj.weight', ['attention/output']],
        ['attn.c_proj.bias', ['attention/output-bias']],
        ['ln_2.weight', ['norm-2/gain']],
        ['ln_2.bias', ['norm-2/bias']],
        ['mlp.c_fc.weight', ['feed-forward/up']],
        ['mlp.c_fc.bias', ['feed-forward/up-bias']],
        ['mlp.c_proj.weight', ['feed-forward/down']],
        ['mlp.c_proj.bias', ['feed-forward/down-bias']],
      ]
      return pairs.map(([tensor, states]) => {
        const name = `h.${layer}.${tensor}`
        return states.length > 1 ? joined(name, states.map(own)) : same(name, own(states[0]!))
      })
    }).flat()
    return {
      ...{ graph, objective: 'next', vocabulary: c.vocab_size, longest: c.n_positions },
      mapped: [
        same('wte.weight', 'embedding/table'),
        same('wpe.weight', 'position/positions'),
        ...mapped,
        same('ln_f.weight', 'norm/gain'),
        same('ln_f.bias', 'norm/bias'),
        ...(tied ? [] : [transposed('lm_head.weight', 'next-token/weight')]),
      ],
    }
  },

  configOf({ of, vocabulary, length }) {
    const [embedding] = of('embedding')
    const [position] = of('position')
    const [attention] = of('multi-head')
    const [feedForward] = of('feed-forward')
    const [norm] = of('norm')
    const activation = activationName(feedForward?.params['activation'])
    if (!embedding || !position || !attention || !feedForward || !norm || activation === undefined) return null
    const { width, deviation } = embedding.params
    return {
      ...{ model_type: 'gpt2', vocab_size: vocabulary, n_positions: position.params['rows'] || length, n_embd: width },
      ...{ n_layer: of('multi-head').length, n_head: attention.params['heads'], n_inner: feedForward.params['hidden'] },
      ...{ activation_function: activation, resid_pdrop: attention.params['dropout'] },
      ...{ embd_pdrop: position.params['dropout'], attn_pdrop: attention.params['weightDropout'] },
      ...{ layer_norm_epsilon: norm.params['epsilon'], initializer_range: deviation },
      scale_attn_weights: attention.params['scale'] === 'root',
    }
  },
}
