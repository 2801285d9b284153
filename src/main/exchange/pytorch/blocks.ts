/** How each kind of block is written in PyTorch: a module of `resources/export/pytorch`, or plain arithmetic. One entry each. */
import type { z } from 'zod'
import type { BlockKind } from '@core/blocks'
import type { activations } from '@core/blocks/activations'
import type { headParams } from '@core/blocks/attention/attend-heads'
import type { masks } from '@core/blocks/attention/masks'
import type { merges } from '@core/blocks/attention/merges'
import type { normalisers } from '@core/blocks/attention/normalisers'
import type { positions } from '@core/blocks/attention/positions'
import type { scales, scores } from '@core/blocks/attention/scores'
import type { AttentionSettings } from '@core/blocks/attention/settings'
import type { CellKind } from '@core/blocks/recurrent-cells'
import { readRows } from '@core/number-rows'
import type { Shape } from '@core/program/types'
import type { Signature } from '@core/signature'
import { call, literal } from './text'

/** A block in its graph. Values and masks are Python expressions. */
export interface Site<S = Readonly<Record<string, unknown>>> {
  readonly settings: S
  readonly signature: Signature
  /** Its module, `self.NAME`. */
  readonly self: string
  /** The value at an input port; '' where nothing is connected. */
  at(port: string): string
  /** The mask of a value, 1 for real entries; null if nothing is padded. */
  mask(port: string): string | null
  shape(port: string): Shape
  /** Shape of a weight by its local name; null if the block has none of that name. */
  weight(name: string): Shape | null
}

export interface Written {
  /** The construction of its module; absent for arithmetic without weights. */
  readonly module?: string
  /** By output port; one text for all of them. */
  readonly value: string
  /** Output ports, if `value` gives several. */
  readonly ports?: readonly string[]
  /** Masks of single outputs; other outputs have the mask of the first input. */
  readonly masks?: Readonly<Record<string, string | null>>
  /** Values of outputs that are not computed, such as the embedding table. */
  readonly others?: Readonly<Record<string, string>>
}

type Writer<S> = (site: Site<S>) => Written
/** The settings are those of the block's schema: the graph was built with them. */
const entry =
  <S>(write: Writer<S>): Writer<Readonly<Record<string, unknown>>> =>
  (site) =>
    write(site as Site<never>)

const given = (...expressions: readonly (string | null)[]): string[] => expressions.map((each) => each ?? 'None')
/** Arguments without trailing `None`. */
const args = (...expressions: readonly (string | null)[]): string[] => {
  const last = expressions.findLastIndex((each) => each !== null && each !== '')
  return given(...expressions.slice(0, last + 1))
}
const unless = (standard: number | boolean, value: number | boolean): string | null =>
  value === standard ? null : literal(value)
const widthOf = (site: Pick<Site, 'shape'>, port: string): number => site.shape(port).at(-1) ?? 1

const activationNames: Readonly<Record<keyof typeof activations, string>> = {
  relu: 'F.relu',
  gelu: 'F.gelu',
  'gelu-tanh': 'gelu_tanh',
  silu: 'F.silu',
  tanh: 'torch.tanh',
  sigmoid: 'torch.sigmoid',
}
/** The names of functions; null for the default of their argument. */
const scoreNames: Readonly<Record<keyof typeof scores, string | null>> = {
  dot: null,
  additive: 'additive',
  bilinear: 'bilinear',
  cosine: 'cosine',
  distance: 'distance',
}
const normaliserNames: Readonly<Record<keyof typeof normalisers, string | null>> = {
  softmax: null,
  relu: 'relu',
  'relu-renormalised': 'relu_renormalised',
  sigmoid: 'sigmoid',
  sparsemax: 'sparsemax',
}
const mergeNames: Readonly<Record<keyof typeof merges, string | null>> = {
  linear: null,
  'linear-relu': 'linear_relu_merge',
  'linear-relu-softmax': 'linear_relu_softmax_merge',
  mean: 'mean_merge',
  sum: 'sum_merge',
}
const maskNames: Readonly<Record<keyof typeof masks, (window: number) => string | null>> = {
  none: () => null,
  causal: () => 'causal',
  'without-diagonal': () => 'without_diagonal',
  window: (window) => `partial(window, size=${window})`,
  'causal-window': (window) => `partial(causal_window, size=${window})`,
}
const scaleTexts: Readonly<Record<keyof typeof scales, (width: number, factor: number) => string>> = {
  root: (width) => `${width}**-0.5`,
  none: () => '1.0',
  width: (width) => `1 / ${width}`,
  number: (_, factor) => literal(factor),
}
const positionArguments: Readonly<
  Record<(typeof positions)[number], (settings: AttentionSettings) => Readonly<Record<string, string>>>
> = {
  none: () => ({}),
  rope: ({ rotaryBase, rotaryPairs, rotaryStretch }) => {
    const rope = rotaryPairs === 'halves' ? 'rope_halves' : 'rope'
    const named = { base: unless(10000, rotaryBase), stretch: unless(1, rotaryStretch) }
    return { turn: (named.base ?? named.stretch) ? call('partial', [rope], named) : rope }
  },
  alibi: () => ({ bias: 'alibi' }),
}

/** What all attention blocks are given by name. */
function attentionOptions(
  site: Site<AttentionSettings>,
  heads: number,
  keyWidth: number,
  memory: string,
): Record<string, string | null> {
  const {
    score,
    scale,
    factor,
    normaliser,
    mask,
    window,
    positions: placed,
    maps,
    bias,
    dropout,
    weightDropout,
  } = site.settings
  const weight = site.weight('score')
  return {
    scale: scaleTexts[scale](keyWidth, factor),
    match: scoreNames[score],
    score: weight && literal(weight),
    normalise: normaliserNames[normaliser],
    mask: maskNames[mask](window),
    ...positionArguments[placed](site.settings),
    weight_dropout: unless(0, weightDropout),
    painted: painted(maps, heads, site.shape('x')[1] ?? 0, site.shape(memory)[1] ?? 0),
    biased: unless(true, bias),
    dropout: unless(0, dropout),
  }
}

/** Painted maps as rows of numbers; the last map of a head counts. */
function painted(maps: AttentionSettings['maps'], heads: number, queries: number, keys: number): string | null {
  const used = new Map(maps.flatMap(({ head, rows }) => (head < heads ? [[head, rows] as const] : [])))
  if (used.size === 0) return null
  const rowsOf = (rows: readonly string[]) => {
    const numbers = readRows(rows, queries, keys)!
    const row = (query: number) => Array.from(numbers.subarray(query * keys, (query + 1) * keys), shortest).join(', ')
    return `[${rows.map((_, query) => `[${row(query)}]`).join(', ')}]`
  }
  return `partial(paint, maps={${[...used].map(([head, rows]) => `${head}: ${rowsOf(rows)}`).join(', ')}})`
}
const shortest = (number: number): string => String(Number(number.toPrecision(9)))

/** Constructor arguments of multi-head and cross attention. */
function headsOptions(site: Site<z.output<typeof headParams>>, memory: string): Record<string, string | null> {
  const { heads, keyValueHeads, merge } = site.settings
  const groups = keyValueHeads || heads
  const key = (site.weight('key')?.[1] ?? 0) / groups
  const output = site.weight('output')
  const { biased = null, dropout = null, ...options } = attentionOptions(site, heads, key, memory)
  return {
    heads: literal(heads),
    groups: literal(groups),
    key: literal(key),
    value: literal((site.weight('value')?.[1] ?? 0) / groups),
    output: literal(output?.[1] ?? 0),
    merge: mergeNames[merge],
    ...{ biased, dropout },
    ...options,
  }
}

/** Elementwise or along one axis, without a module. */
const arithmetic = (value: string, masks?: Written['masks']): Written => ({ value, ...(masks && { masks }) })

/** An output block with a dense layer. */
const dense = (name: string, site: Site<{ bias: boolean }>): Written => ({
  module: call(name, [widthOf(site, 'x'), site.weight('weight')?.[1] ?? 0], { biased: unless(true, site.settings.bias) }),
  value: call(site.self, [site.at('x')]),
})

const poolNames = { mean: 'mean_pool', max: 'max_pool', first: 'first_pool', last: 'last_pool' } as const
const cells: Readonly<Record<CellKind, number>> = { rnn: 1, gru: 3, lstm: 4 }
const ways = { forward: null, backward: '("backward",)', both: '("forward", "backward")' } as const
/** 1 for a sequence or vector with a real entry. */
const any = (mask: string | null): string | null => mask && `${mask}.amax(1)`

export const blockWriters: Readonly<Record<BlockKind, Writer<Readonly<Record<string, unknown>>>>> = {
  tokens: entry<{ sequence: 'tokens' | 'source' }>(({ settings: { sequence }, signature }) => {
    const { padded } = sequence === 'tokens' ? signature : signature.source!
    const mask = sequence === 'tokens' ? 'mask' : 'source_mask'
    return arithmetic(sequence, { ids: padded ? mask : null })
  }),
  numbers: entry(({ signature }) => arithmetic('features', { y: signature.padded ? 'mask' : null })),
  embedding: entry<{ width: number; scale: boolean }>((site) => {
    const { width, scale } = site.settings
    return {
      module: call('Embedding', [site.weight('table')![0]!, width], { scale: scale ? `${width}**0.5` : null }),
      value: call(site.self, [site.at('ids')]),
      others: { table: `${site.self}.table` },
      masks: { table: null },
    }
  }),
  position: entry<{ method: 'none' | 'sinusoidal' | 'learned'; dropout: number }>((site) => {
    const { method, dropout } = site.settings
    const named = { dropout: unless(0, dropout) }
    if (method === 'none') return dropped(site, dropout)
    const module =
      method === 'sinusoidal' ? call('Sinusoids', [], named) : call('Positions', [...site.weight('positions')!], named)
    return { module, value: call(site.self, [site.at('x')]) }
  }),
  segment: entry<{ separator: number }>((site) => ({
    module: call('Segments', [...site.weight('segments')!, site.settings.separator]),
    value: call(site.self, [site.at('x'), site.at('ids')]),
  })),
  'self-attention': entry<AttentionSettings>((site) => {
    const [width = 0, key = 0] = site.weight('key') ?? []
    const { scale = null, biased = null, dropout = null, ...options } = attentionOptions(site, 1, key, 'x')
    const sizes = { key: literal(key), value: literal(site.weight('value')?.[1] ?? 0) }
    return {
      module: call('SelfAttention', [width], { ...sizes, biased, dropout, scale, ...options }),
      value: call(site.self, args(site.at('x'), site.mask('x'))),
    }
  }),
  'multi-head': entry<z.output<typeof headParams>>((site) => ({
    module: call('MultiHead', [widthOf(site, 'x')], headsOptions(site, 'x')),
    value: call(site.self, args(site.at('x'), site.mask('x'))),
  })),
  'cross-attention': entry<z.output<typeof headParams>>((site) => ({
    module: call('CrossAttention', [widthOf(site, 'x'), widthOf(site, 'memory')], headsOptions(site, 'memory')),
    value: call(site.self, args(site.at('x'), site.at('memory'), site.mask('memory'))),
  })),
  'dot-products': entry((site) => {
    const [asking, asked] = [site.mask('queries'), site.mask('keys')]
    const [queries = 0, keys = 0] = [site.shape('queries')[1], site.shape('keys')[1]]
    const pairs =
      asking && asked
        ? `${asking}[:, :, None] * ${asked}[:, None, :]`
        : asking
          ? `${asking}[:, :, None].expand(-1, -1, ${keys})`
          : asked && `${asked}[:, None, :].expand(-1, ${queries}, -1)`
    return arithmetic(`${site.at('queries')} @ ${site.at('keys')}.transpose(1, 2)`, { scores: pairs })
  }),
  softmax: entry<{ mask: keyof typeof masks; window: number }>((site) => ({
    module: call('MaskedSoftmax', [], { mask: maskNames[site.settings.mask](site.settings.window) }),
    value: call(site.self, args(site.at('scores'), site.mask('scores'))),
  })),
  'weighted-sum': entry((site) => {
    const pairs = site.mask('weights')
    return arithmetic(call('weigh', args(site.at('weights'), site.at('values'), pairs)), { y: pairs && `${pairs}.amax(2)` })
  }),
  recurrent: entry<{ cell: CellKind; width: number; direction: keyof typeof ways }>((site) => {
    const { cell, width, direction } = site.settings
    return {
      module: call('Recurrent', [widthOf(site, 'x'), width, cell, cells[cell]], { ways: ways[direction] }),
      value: call(site.self, args(site.at('x'), site.mask('x'), site.at('initial') || null)),
      ports: ['y', 'last'],
      masks: { last: any(site.mask('x')) },
    }
  }),
  norm: entry<{ method: 'layer' | 'batch' | 'rms' | 'none'; affine: boolean; momentum: number; epsilon: number }>((site) => {
    const { method, affine, momentum, epsilon } = site.settings
    const named = { affine: unless(true, affine), epsilon: unless(1e-5, epsilon) }
    const width = [widthOf(site, 'x')]
    switch (method) {
      case 'none':
        return arithmetic(site.at('x'))
      case 'layer':
        return { module: call('LayerNorm', width, named), value: call(site.self, [site.at('x')]) }
      case 'rms':
        return { module: call('RMSNorm', width, named), value: call(site.self, [site.at('x')]) }
      case 'batch':
        return {
          module: call('BatchNorm', width, { ...named, momentum: unless(0.1, momentum) }),
          value: call(site.self, args(site.at('x'), site.mask('x'))),
        }
    }
  }),
  'feed-forward': entry<{
    hidden: number
    activation: Exclude<keyof typeof activations, 'tanh' | 'sigmoid'> | 'swiglu'
    bias: boolean
    dropout: number
  }>((site) => {
    const { hidden, activation, bias, dropout } = site.settings
    const named = { biased: unless(true, bias), dropout: unless(0, dropout) }
    const sizes = [widthOf(site, 'x'), hidden]
    return {
      module:
        activation === 'swiglu'
          ? call('SwiGLU', sizes, named)
          : call('FeedForward', [...sizes, activationNames[activation]], named),
      value: call(site.self, [site.at('x')]),
    }
  }),
  linear: entry<{ bias: boolean }>((site) => dense('Linear', site)),
  activation: entry<{ activation: keyof typeof activations }>((site) =>
    arithmetic(call(activationNames[site.settings.activation], [site.at('x')])),
  ),
  add: entry((site) => arithmetic(`${site.at('a')} + ${site.at('b')}`)),
  multiply: entry((site) => arithmetic(`${site.at('a')} * ${site.at('b')}`)),
  scale: entry<{ factor: number }>((site) => arithmetic(`${site.at('x')} * ${literal(site.settings.factor)}`)),
  concat: entry<{ axis: 'feature' | 'token' }>((site) => {
    const joined = (axis: number) => `torch.cat([${site.at('a')}, ${site.at('b')}], ${axis})`
    const [left, right] = [site.mask('a'), site.mask('b')]
    if (site.settings.axis === 'feature') {
      const both = left && right && left !== right ? `${left} * ${right}` : (left ?? right)
      return arithmetic(joined(-1), { y: both })
    }
    const known = left ?? right
    const real = (mask: string | null, port: string) => mask ?? `${known}.new_ones(len(${known}), ${site.shape(port)[1] ?? 0})`
    return arithmetic(joined(1), { y: known && `torch.cat([${real(left, 'a')}, ${real(right, 'b')}], 1)` })
  }),
  slice: entry<{ axis: 'feature' | 'token'; start: number; size: number }>((site) => {
    const { axis, start, size } = site.settings
    const range = `${start}:${start + size}`
    if (axis === 'feature') return arithmetic(`${site.at('x')}[..., ${range}]`)
    const mask = site.mask('x')
    return arithmetic(`${site.at('x')}[:, ${range}]`, { y: mask && `${mask}[:, ${range}]` })
  }),
  pool: entry<{ method: keyof typeof poolNames }>((site) =>
    arithmetic(call(poolNames[site.settings.method], args(site.at('x'), site.mask('x'))), { y: any(site.mask('x')) }),
  ),
  dropout: entry<{ rate: number }>((site) => dropped(site, site.settings.rate)),
  classifier: entry<{ bias: boolean }>((site) => dense('Classifier', site)),
  'next-token': entry<{ bias: boolean }>((site) => {
    if (!site.at('table')) return dense('NextToken', site)
    const biased = unless(true, site.settings.bias)
    return {
      module: call('TiedNextToken', [site.signature.classes], { biased }),
      value: call(site.self, [site.at('x'), site.at('table')]),
    }
  }),
  'sequence-classifier': entry<{ bias: boolean }>((site) =>
    dense(site.signature.aim === 'labels' ? 'SharedSequenceClassifier' : 'SequenceClassifier', site),
  ),
  'multi-label': entry<{ bias: boolean }>((site) =>
    dense(site.signature.aim === 'labels' ? 'MultiLabel' : 'OneOfLabels', site),
  ),
  regression: entry<{ bias: boolean }>((site) => dense('Regression', site)),
}

const dropped = (site: Pick<Site, 'self' | 'at'>, rate: number): Written =>
  rate === 0
    ? arithmetic(site.at('x'))
    : { module: call('nn.Dropout', [literal(rate)]), value: call(site.self, [site.at('x')]) }
