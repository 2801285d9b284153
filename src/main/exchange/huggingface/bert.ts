/** BERT (Devlin et al. 2019) and its descendants with the same layers, such as MiniLM: segments, norms after the sums, masked language model. */
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
import { linear, same } from './mapping'

const config = z.looseObject({
  vocab_size: sizes.vocabulary.default(30522),
  hidden_size: sizes.width.default(768),
  num_hidden_layers: sizes.layers.default(12),
  num_attention_heads: sizes.heads.default(12),
  intermediate_size: sizes.hidden.default(3072),
  hidden_act: z.string().default('gelu'),
  hidden_dropout_prob: sizes.rate.default(0.1),
  attention_probs_dropout_prob: sizes.rate.default(0.1),
  max_position_embeddings: sizes.positions.default(512),
  type_vocab_size: z.number().int().min(1).max(16).default(2),
  layer_norm_eps: sizes.epsilon.default(1e-12),
  initializer_range: sizes.deviation.default(0.02),
})

const HEAD = 'cls.predictions'

export const bert: Architecture = {
  types: ['bert'],
  prefix: 'bert.',
  className: 'BertForMaskedLM',

  blueprint(given, { has, separator }) {
    requireOneOf(given, 'is_decoder', null, false)
    requireOneOf(given, 'add_cross_attention', null, false)
    requireOneOf(given, 'position_embedding_type', null, 'absolute')
    requireOneOf(given, 'tie_word_embeddings', null, true)
    const c = settingsIn(config, given)
    const { hidden_size: width, num_attention_heads: heads, num_hidden_layers: layers, initializer_range: deviation } = c
    if (width % heads !== 0) throw unlike('num_attention_heads', heads)
    const hasHead = has(`${HEAD}.transform.dense.weight`)
    const activation = activationOf('hidden_act', c.hidden_act)
    const norm = { epsilon: c.layer_norm_eps }
    const dropout = c.hidden_dropout_prob
    const initialiser = 'normal'
    const graph = stack(
      layers,
      {
        norms: 'after',
        norm,
        attention: { heads, initialiser, weightDropout: c.attention_probs_dropout_prob, dropout },
        feedForward: { hidden: c.intermediate_size, activation, initialiser, dropout },
      },
      [
        node('tokens', 'tokens', {}, 0),
        node('embedding', 'embedding', { width, deviation }, 1),
        node('position', 'position', { method: 'learned', rows: c.max_position_embeddings, deviation }, 2),
        node('segment', 'segment', { separator, segments: c.type_vocab_size, deviation }, 3),
        node('norm', 'norm', norm, 4),
        node('dropout', 'dropout', { rate: dropout }, 5),
        node(LAYERS, 'group', { group: 'layer', repeat: layers }, 6),
        ...(hasHead
          ? [
              node('transform', 'linear', { width, initialiser }, 7),
              node('activation', 'activation', { activation }, 8),
              node('transform-norm', 'norm', norm, 9),
            ]
          : []),
        node('next-token', 'next-token', { bias: hasHead, initialiser }, hasHead ? 10 : 7),
      ],
      wires(
        ...['tokens.ids > embedding.ids', 'embedding.y > position.x', 'position.y > segment.x', 'tokens.ids > segment.ids'],
        ...['segment.y > norm.x', 'norm.y > dropout.x', `dropout.y > ${LAYERS}.x`],
        ...(hasHead ? [`${LAYERS}.y > transform.x`, 'transform.y > activation.x', 'activation.y > transform-norm.x'] : []),
        `${hasHead ? 'transform-norm' : LAYERS}.y > next-token.x`,
        'embedding.table > next-token.table',
      ),
    )
    const normed = (tensor: string, state: string) => [
      same(`${tensor}.LayerNorm.weight`, `${state}/gain`),
      same(`${tensor}.LayerNorm.bias`, `${state}/bias`),
    ]
    const layer = (index: number) => {
      const own = (weight: string): string => inLayer(index, weight)
      const name = `encoder.layer.${index}`
      return [
        ...['query', 'key', 'value'].flatMap((part) =>
          linear(`${name}.attention.self.${part}`, own(`attention/${part}`), true),
        ),
        ...linear(`${name}.attention.output.dense`, own('attention/output'), true),
        ...normed(`${name}.attention.output`, own('norm-1')),
        ...linear(`${name}.intermediate.dense`, own('feed-forward/up'), true),
        ...linear(`${name}.output.dense`, own('feed-forward/down'), true),
        ...normed(`${name}.output`, own('norm-2')),
      ]
    }
    return {
      ...{ graph, objective: 'masked', vocabulary: c.vocab_size, longest: c.max_position_embeddings },
      mapped: [
        same('embeddings.word_embeddings.weight', 'embedding/table'),
        same('embeddings.position_embeddings.weight', 'position/positions'),
        same('embeddings.token_type_embeddings.weight', 'segment/segments'),
        ...normed('embeddings', 'norm'),
        ...Array.from({ length: layers }, (_, index) => layer(index)).flat(),
        ...(hasHead
          ? [
              ...linear(`${HEAD}.transform.dense`, 'transform/weight', true),
              ...normed(`${HEAD}.transform`, 'transform-norm'),
              same(`${HEAD}.bias`, 'next-token/bias'),
            ]
          : []),
      ],
    }
  },

  configOf({ of, vocabulary, length }) {
    const [embedding] = of('embedding')
    const [position] = of('position')
    const [segment] = of('segment')
    const [attention] = of('multi-head')
    const [feedForward] = of('feed-forward')
    const [norm] = of('norm')
    const activation = activationName(feedForward?.params['activation'])
    if (!embedding || !position || !segment || !attention || !feedForward || !norm || activation === undefined) return null
    const { width, deviation } = embedding.params
    return {
      ...{ model_type: 'bert', vocab_size: vocabulary, hidden_size: width, num_hidden_layers: of('multi-head').length },
      ...{ num_attention_heads: attention.params['heads'], intermediate_size: feedForward.params['hidden'] },
      ...{ hidden_act: activation, hidden_dropout_prob: attention.params['dropout'] },
      ...{ attention_probs_dropout_prob: attention.params['weightDropout'], layer_norm_eps: norm.params['epsilon'] },
      ...{ max_position_embeddings: position.params['rows'] || length, type_vocab_size: segment.params['segments'] },
      initializer_range: deviation,
    }
  },
}
