/** Reads a batch as texts, sample by sample. */
import type { Batch, TaskSpec } from './types'

export interface ReadSample {
  readonly tokens: readonly string[]
  readonly source: readonly string[]
  /** Class texts, or numbers if there are no classes. */
  readonly targets: readonly (string | number)[]
  readonly features: readonly number[]
  readonly scored: readonly number[]
}

/** The samples of a batch without padding; rows of padding only are skipped. */
export function readBatch(spec: TaskSpec, batch: Batch): ReadSample[] {
  const { tokeniser, classes } = spec
  const { aim, length, source, features } = spec.signature
  const size = batch.tokens.length / length
  const asked = batch.targets.length / size
  const row = (data: Int32Array | Float32Array | undefined, width: number, index: number): number[] =>
    Array.from(data?.subarray(index * width, (index + 1) * width) ?? [])
  const real = (mask: Float32Array | undefined, width: number, index: number): number =>
    mask ? row(mask, width, index).reduce((sum, each) => sum + each, 0) : width
  return Array.from({ length: size }, (_, index) => {
    const count = real(batch.mask, length, index)
    const sourceLength = source?.length ?? 0
    const targets = row(batch.targets, asked, index)
    return {
      tokens: row(batch.tokens, length, index)
        .slice(0, count)
        .map((id) => tokeniser.vocabulary[id]!),
      source: row(batch.source, sourceLength, index)
        .slice(0, real(batch.sourceMask, sourceLength, index))
        .map((id) => spec.source!.vocabulary[id]!),
      targets:
        aim === 'tokens'
          ? targets.slice(0, count).map((id) => classes[id]!)
          : aim === 'sequence'
            ? targets.map((id) => classes[id]!)
            : aim === 'labels'
              ? classes.filter((__, id) => targets[id] === 1)
              : targets,
      features: row(batch.features, length * features, index).slice(0, count * features),
      scored: row(batch.scored, length, index).slice(0, count),
    }
  }).filter(({ tokens }) => tokens.length > 0)
}
