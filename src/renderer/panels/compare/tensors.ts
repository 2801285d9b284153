/** The tensors of a run's model that can be looked at, and their values as labelled matrices. */
import type { Look, Seen, Tensor } from '@core/contract/look'
import type { TensorInfo } from '@core/graph/analysis'
import { nodeIn } from '@core/graph/scope'
import { memoryAt, sequenceAt } from '@core/graph/sequences'
import { tokenText, tokenTexts } from '@core/tokenisers/token-text'
import { matrixOf, type Matrix } from '../../charts/matrix'
import type { RunModel } from '../../stores/run-models'

export interface KnownTensor {
  /** As in look requests. */
  readonly name: string
  readonly block: string
  /** Its name in the block. */
  readonly local: string
  /** `weight`s do not depend on the input. */
  readonly kind: 'attention' | 'activation' | 'weight'
  /** Of one sequence: without the axis of the batch. */
  readonly axes: readonly string[]
  readonly shape: readonly number[]
}

/** Blocks in the order in which they are computed; of each the attention, then activations, then weights. */
export function tensorsOf({ lab, analysis }: RunModel): readonly KnownTensor[] {
  return Object.entries(analysis.nodes).flatMap(([block, { probes, weights }]) => {
    if (!nodeIn(lab, block)) return [] // a group, whose blocks are listed themselves
    const known = (info: TensorInfo, kind: KnownTensor['kind'], name = info.name): KnownTensor => ({
      ...{ name, block, local: info.name.slice(block.length + 1), kind },
      ...withoutBatch(info),
    })
    const probed = new Set(probes.map(({ name }) => name))
    const seen = probes.map((probe) => known(probe, probe.name === `${block}/attention` ? 'attention' : 'activation'))
    const trained = weights.map((weight) =>
      known(weight, 'weight', probed.has(weight.name) ? `weight/${weight.name}` : weight.name),
    )
    const drawable = [...seen.filter(({ kind }) => kind === 'attention'), ...seen.filter(({ kind }) => kind !== 'attention')]
    return [...drawable, ...trained].filter(({ shape }) => shape.length > 0)
  })
}

function withoutBatch({ axes, shape }: TensorInfo): Pick<KnownTensor, 'axes' | 'shape'> {
  const own = axes.flatMap((axis, index) => (axis === 'batch' ? [] : [index]))
  return { axes: own.map((index) => axes[index]!), shape: own.map((index) => shape[index]!) }
}

/** The axes before the last two, of which one index each is shown. */
export const leadingOf = ({ axes, shape }: KnownTensor): readonly { readonly axis: string; readonly size: number }[] =>
  axes.slice(0, -2).map((axis, index) => ({ axis, size: shape[index]! }))

/** A matrix with what its rows and columns stand for; null where they are only numbered. */
export interface LabelledMatrix {
  readonly matrix: Matrix
  readonly rows: readonly string[] | null
  readonly columns: readonly string[] | null
}

/** Weights whose rows or columns stand for tokens or classes, by the kind of their block and their name. */
const rowsAreTokens: ReadonlySet<string> = new Set(['embedding/table'])
const columnsAreClasses: ReadonlySet<string> = new Set(['classifier/weight'])

/**
 * The tensor in a look, without padding; null if the look lacks it. `at` gives an index on each leading axis that the look did not ask for one
 * index of.
 */
export function matrixIn(
  model: RunModel,
  { name, block, local, kind }: KnownTensor,
  look: Look,
  at: Readonly<Record<string, number>> = {},
): LabelledMatrix | null {
  const tensor = look.values[name]
  const seen = look.seen[0]
  if (!tensor || !seen) return null
  if (kind !== 'weight') return activation(model, block, tensor, seen, at)
  const { spec } = model
  const place = `${nodeIn(model.lab, block)?.kind}/${local}`
  return {
    matrix: matrixOf(tensor, at),
    rows: rowsAreTokens.has(place) ? spec.tokeniser.vocabulary.map(tokenText) : null,
    columns: columnsAreClasses.has(place) ? spec.classes.map(tokenText) : null,
  }
}

function activation(
  { lab, spec }: RunModel,
  block: string,
  tensor: Tensor,
  seen: Seen,
  at: Readonly<Record<string, number>>,
): LabelledMatrix {
  const from = { document: lab, spec, sample: seen }
  const [own, memory] = [sequenceAt(from, block), memoryAt(from, block)].map(({ ids, tokeniser }) =>
    tokenTexts(ids ?? [], tokeniser?.vocabulary ?? []),
  ) as [string[], string[]]
  const matrix = matrixOf(tensor, at, own.length || Infinity, memory.length || Infinity)
  const labels: Readonly<Record<string, readonly string[]>> = { query: own, token: own, key: memory }
  const of = (axis: string): readonly string[] | null => labels[axis] ?? null
  return { matrix, rows: of(matrix.rowAxis), columns: of(matrix.columnAxis) }
}

/** Why two matrices cannot be subtracted from each other, with their sizes; null if they can. */
export type Mismatch = 'otherTokens' | 'otherVocabulary' | 'otherShape'
export function mismatchOf(a: LabelledMatrix, b: LabelledMatrix, kind: KnownTensor['kind']): Mismatch | null {
  const differ = (x: readonly string[] | null, y: readonly string[] | null): boolean =>
    x !== null && y !== null && (x.length !== y.length || x.some((label, index) => label !== y[index]))
  if (differ(a.rows, b.rows) || differ(a.columns, b.columns)) return kind === 'weight' ? 'otherVocabulary' : 'otherTokens'
  return a.matrix.rows === b.matrix.rows && a.matrix.columns === b.matrix.columns ? null : 'otherShape'
}
