/** What each family of models defines: from `config.json` to a graph of blocks, and where its tensors go. */
import { z } from 'zod'
import { LabError } from '@core/errors'
import type { GraphEdge, GraphNode, GroupDefinition, LabDocument } from '@core/lab/document'
import { fieldsOf, shown } from './json-file'
import type { Mapped } from './mapping'

export const CONFIG = 'config.json'
export type Config = Readonly<Record<string, unknown>>

export interface Blueprint {
  readonly graph: LabDocument['graph']
  readonly objective: 'next' | 'masked'
  /** Rows of the embedding. */
  readonly vocabulary: number
  /** Longest sequence the model was made for. */
  readonly longest: number
  readonly mapped: readonly Mapped[]
}

/** What a blueprint must know besides `config.json`. */
export interface Given {
  /** Whether the folder has a tensor, with the prefix or without. */
  readonly has: (tensor: string) => boolean
  /** Id of the token that ends a part of a sequence. */
  readonly separator: number
}

export interface Architecture {
  /** Values of `model_type`. */
  readonly types: readonly string[]
  /** Before the names of tensors if the model was saved with its output layer. */
  readonly prefix: string
  /** Class that reads a model with its output layer. */
  readonly className: string
  /** Throws LabError for what the lab cannot represent. */
  blueprint(config: Config, given: Given): Blueprint
  /** The fields of `config.json` that the blocks of a lab stand for; null for another graph. Whether it is one decides the blueprint. */
  configOf(parts: Parts): Config | null
}

/** The blocks of an expanded graph, by kind, in the order of computation. */
export interface Parts {
  readonly of: (kind: string) => readonly GraphNode[]
  readonly vocabulary: number
  readonly length: number
}

export const settingsIn = <S extends z.ZodType>(schema: S, config: Config): z.output<S> => fieldsOf(CONFIG, schema, config)

/** Refuses a field unless it has one of the values. */
export function requireOneOf(config: Config, field: string, ...values: readonly unknown[]): void {
  if (!values.includes(config[field] ?? null)) throw unlike(field, config[field])
}

export const unlike = (field: string, value: unknown): LabError =>
  new LabError('import.not-representable', { field, found: shown(value) })

/** Sizes that the blocks allow. */
export const sizes = {
  width: z.number().int().min(1).max(4096),
  heads: z.number().int().min(1).max(64),
  layers: z.number().int().min(1).max(64),
  hidden: z.number().int().min(1).max(16384),
  vocabulary: z.number().int().min(2).max(1_000_000),
  positions: z.number().int().min(4).max(16384),
  epsilon: z.number().positive().max(1),
  rate: z.number().min(0).max(0.9),
  deviation: z.number().positive().max(10),
}

const activations: Readonly<Record<string, string>> = {
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  relu: 'relu',
  silu: 'silu',
  swish: 'silu',
}
/** Our name of an activation. Throws LabError `import.not-representable`. */
export function activationOf(field: string, name: string): string {
  const known = Object.hasOwn(activations, name) ? activations[name] : undefined
  if (known === undefined) throw unlike(field, name)
  return known
}
/** Their name of one of ours; undefined if they have none. */
export const activationName = (ours: unknown): string | undefined =>
  ({ gelu: 'gelu', 'gelu-tanh': 'gelu_new', relu: 'relu', silu: 'silu' })[String(ours)]

const at = (column: number, row = 0): GraphNode['position'] => ({ x: column * 188, y: row * 132 })
export const node = (id: string, kind: string, params: GraphNode['params'], column: number, row = 0): GraphNode => ({
  ...{ id, kind, params },
  position: at(column, row),
})
/** "a.y > b.x" */
export function wires(...texts: readonly string[]): GraphEdge[] {
  const port = (text: string) => {
    const [id = '', name = ''] = text.split('.')
    return { node: id, port: name }
  }
  return texts.map((text) => {
    const [from = '', to = ''] = text.split(' > ')
    return { from: port(from), to: port(to) }
  })
}

export const LAYERS = 'layers'
/** Name of a weight of a layer, counted from 0 as in their names. */
export const inLayer = (layer: number, weight: string): string => `${LAYERS}.${layer + 1}.${weight}`

interface Layer {
  readonly norms: 'before' | 'after'
  readonly norm: GraphNode['params']
  readonly attention: GraphNode['params']
  readonly feedForward: GraphNode['params']
}

/** A layer: attention and feed-forward network, each added to its input, with norms before them or after the sums. */
function layerOf({ norms, norm, attention, feedForward }: Layer): GroupDefinition {
  const isBefore = norms === 'before'
  const first = isBefore ? 'norm-1' : 'attention'
  return {
    title: { en: 'Transformer layer', zh: 'Transformer 层' },
    nodes: isBefore
      ? [
          node('norm-1', 'norm', norm, 0, 1),
          node('attention', 'multi-head', attention, 1, 1),
          node('add-1', 'add', {}, 2),
          node('norm-2', 'norm', norm, 3, 1),
          node('feed-forward', 'feed-forward', feedForward, 4, 1),
          node('add-2', 'add', {}, 5),
        ]
      : [
          node('attention', 'multi-head', attention, 0, 1),
          node('add-1', 'add', {}, 1),
          node('norm-1', 'norm', norm, 2),
          node('feed-forward', 'feed-forward', feedForward, 3, 1),
          node('add-2', 'add', {}, 4),
          node('norm-2', 'norm', norm, 5),
        ],
    edges: isBefore
      ? wires(
          ...['norm-1.y > attention.x', 'attention.y > add-1.b', 'add-1.y > norm-2.x'],
          ...['norm-2.y > feed-forward.x', 'add-1.y > add-2.a', 'feed-forward.y > add-2.b'],
        )
      : wires(
          ...['attention.y > add-1.b', 'add-1.y > norm-1.x', 'norm-1.y > feed-forward.x'],
          ...['norm-1.y > add-2.a', 'feed-forward.y > add-2.b', 'add-2.y > norm-2.x'],
        ),
    inputs: [
      {
        name: 'x',
        to: [
          { node: first, port: 'x' },
          { node: 'add-1', port: 'a' },
        ],
      },
    ],
    outputs: [{ name: 'y', from: { node: isBefore ? 'add-2' : 'norm-2', port: 'y' } }],
    params: [],
  }
}

/** Blocks before the layers, the layers as one group, and blocks after them. */
export function stack(
  count: number,
  layer: Layer,
  outer: readonly GraphNode[],
  edges: readonly GraphEdge[],
): LabDocument['graph'] {
  return { nodes: [...outer], edges: [...edges], groups: { layer: layerOf(layer) } }
}
