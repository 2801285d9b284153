/** The matrices of one head, cut from the weights of its block, and the embeddings at either end of its direct paths. */
import { blockByKind } from '../blocks'
import { scales } from '../blocks/attention/scores'
import { lookupOf } from '../graph/lookup'
import type { Graph, GraphNode } from '../lab/document'
import { headBlockOf, type HeadAbsence } from './blocks'
import { identity, matrix, pick, product, scaled, transpose, type Matrix } from './matrix'
import { pathFromEmbedding, pathToLogits, type DirectPath } from './residual'

/** A weight or buffer of the model by name, e.g. `attention/query`; null if there is none. */
export type WeightOf = (name: string) => { readonly shape: readonly number[]; readonly data: ArrayLike<number> } | null

/** Multiplied: (E_q·W_Q)·(E_k·W_K)ᵀ is the part of the scores that the tokens decide, without biases. */
export interface QueryKey {
  /** (V, d) of the queries, and (d, d_k) with the scale of the scores. */
  readonly queryEmbedding: Matrix
  readonly query: Matrix
  /** (V′, d′) of the keys, and (d′, d_k). */
  readonly keyEmbedding: Matrix
  readonly key: Matrix
}

/** Multiplied: (E·W_V)·(W_O·W_U) is what attending to a token adds to each logit, without biases. */
export interface OutputValue {
  /** (V, d), (d, d_v), (d_v, d), (d, C). */
  readonly embedding: Matrix
  readonly value: Matrix
  readonly output: Matrix
  readonly unembedding: Matrix
}

interface Settings {
  readonly heads?: number
  readonly keyValueHeads?: number
  readonly score: string
  readonly scale: keyof typeof scales
  readonly factor: number
  readonly positions: string
  readonly merge?: string
}
const settingsOf = ({ kind, params }: GraphNode): Settings => blockByKind(kind)!.params.parse(params) as unknown as Settings

/** `graph` has no groups and compiles; `head` is an index. */
export function queryKeyOf(graph: Graph, node: GraphNode, head: number, weightOf: WeightOf): QueryKey | HeadAbsence {
  const { score, scale, factor, positions, ...settings } = settingsOf(node)
  if (score !== 'dot' && score !== 'bilinear') return 'not-bilinear'
  if (positions === 'rope') return 'positions'
  const [from, to] = [pathFromEmbedding(graph, node.id, 'x'), pathFromEmbedding(graph, node.id, headBlockOf(node)!.memory)]
  if (!from || !to) return 'no-embedding'
  const { own, shared, heads, groups } = placeOf(settings, head)
  const query = part(weightOf, `${node.id}/query`, heads, own)
  const key = part(weightOf, `${node.id}/key`, groups, shared)
  const turned = score === 'dot' ? query : product(query, part(weightOf, `${node.id}/score`, heads, own))
  return {
    queryEmbedding: embeddingOf(from, weightOf),
    query: scaled(turned, scales[scale](key.columns, factor)),
    keyEmbedding: embeddingOf(to, weightOf),
    key,
  }
}

/** `graph` has no groups and compiles; `head` is an index. */
export function outputValueOf(graph: Graph, node: GraphNode, head: number, weightOf: WeightOf): OutputValue | HeadAbsence {
  const { merge, ...settings } = settingsOf(node)
  if (merge === 'linear-relu' || merge === 'linear-relu-softmax') return 'not-linear'
  const [from, to] = [pathFromEmbedding(graph, node.id, headBlockOf(node)!.memory), pathToLogits(graph, node.id)]
  if (!from) return 'no-embedding'
  if (!to) return 'no-logits'
  const { own, shared, heads, groups } = placeOf(settings, head)
  const value = part(weightOf, `${node.id}/value`, groups, shared)
  // Without an output layer, the values are the features.
  const output =
    merge === 'linear'
      ? part(weightOf, `${node.id}/output`, heads, own, 'rows')
      : identity(value.columns, merge === 'mean' ? 1 / heads : 1)
  return {
    embedding: embeddingOf(from, weightOf),
    value,
    output,
    unembedding: unembeddingOf(graph, to, weightOf),
  }
}

/** Heads share keys and values in groups of adjacent ones. */
function placeOf({ heads = 1, keyValueHeads }: Pick<Settings, 'heads' | 'keyValueHeads'>, head: number) {
  const groups = keyValueHeads || heads
  return { heads, groups, own: head, shared: Math.floor(head / (heads / groups)) }
}

/** The columns, or rows, of one head in a matrix that holds those of all heads side by side. */
function part(weightOf: WeightOf, name: string, heads: number, head: number, axis: 'rows' | 'columns' = 'columns'): Matrix {
  const all = weight(weightOf, name)
  const width = all[axis] / heads
  return pick(
    all,
    axis,
    Array.from({ length: width }, (_, at) => head * width + at),
  )
}

function weight(weightOf: WeightOf, name: string): Matrix {
  const found = weightOf(name)
  if (!found) throw new TypeError(`the model has no weight ${name}`)
  const [rows = 1, columns = 1] = found.shape
  return matrix(rows, columns, found.data)
}

/** (V, d): the table as the block reads it. Of norms, only what they multiply features by counts. */
function embeddingOf({ end, norms }: DirectPath, weightOf: WeightOf): Matrix {
  const table = weight(weightOf, `${end.id}/table`)
  const { scale } = blockByKind('embedding')!.params.parse(end.params) as unknown as { scale: boolean }
  return scaled(byFeature(table, norms, weightOf), scale ? Math.sqrt(table.columns) : 1)
}

/** (d, C): from the residual stream to the logits; tied to the embedding if its table is connected. */
function unembeddingOf(graph: Graph, { end, norms }: DirectPath, weightOf: WeightOf): Matrix {
  const tied = lookupOf(graph)
    .entering.get(end.id)
    ?.find(({ to }) => to.port === 'table')
  const columns = tied ? weight(weightOf, `${tied.from.node}/table`) : transpose(weight(weightOf, `${end.id}/weight`))
  return transpose(byFeature(columns, norms, weightOf))
}

/** Rows (n, d) times the gain of each norm, and divided by the running deviation of batch norms. */
function byFeature(rows: Matrix, norms: readonly GraphNode[], weightOf: WeightOf): Matrix {
  const factors = new Float64Array(rows.columns).fill(1)
  for (const { id, params } of norms) {
    const [gain, variance] = [weightOf(`${id}/gain`), weightOf(`${id}/running-variance`)]
    const { epsilon } = blockByKind('norm')!.params.parse(params) as unknown as { epsilon: number }
    factors.forEach((factor, feature) => {
      const deviation = variance ? Math.sqrt(variance.data[feature]! + epsilon) : 1
      factors[feature] = (factor * (gain?.data[feature] ?? 1)) / deviation
    })
  }
  return { ...rows, data: rows.data.map((value, i) => value * factors[i % rows.columns]!) }
}
