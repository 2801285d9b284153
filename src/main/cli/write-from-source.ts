/** `generate` with a model that writes while it reads: by beam search, or drawn token by token. */
import { LabError } from '@core/errors'
import type { SequenceSpec, TaskSpec } from '@core/tasks/types'
import { beamSearch, restrict, type Limits } from '../engine/decoding'
import type { Executor } from '../engine/executor'
import { chooseToken } from '../engine/generation'
import { createSourceDecoder } from '../engine/source-decoder'
import type { TrainedModel } from './trained-model'

export interface SourceOptions extends Limits {
  readonly source: string | null
  readonly beam: number
  readonly lengthPenalty: number
  readonly temperature: number
  readonly seed: number
  readonly samples: number
}

export interface Written {
  readonly text: string
  /** Natural logarithm of its probability; null where it was drawn. */
  readonly logProbability: number | null
}

/** At temperature 0 as many texts as the beam is wide, the best first; otherwise as many as were asked for. Throws LabError. */
export async function writeFromSource(executor: Executor, model: TrainedModel, options: SourceOptions): Promise<Written[]> {
  const { spec } = model
  const { beam, lengthPenalty, temperature, seed, samples } = options
  const ids = readSource(options.source, spec)
  const searches = temperature === 0
  const decoder = await createSourceDecoder(executor, model, ids, searches ? beam : samples)
  try {
    const { begin, end } = spec.written!
    if (searches) {
      const found = await beamSearch(decoder.next, { width: beam, lengthPenalty, length: spec.length, begin, end })
      return found.map(({ ids: written, logProbability }) => ({ text: textOf(written, spec), logProbability }))
    }
    const rows = Array.from({ length: samples }, () => [begin])
    for (let index = 0; index < spec.length && !rows.every((row) => row.includes(end)); index++) {
      const logits = await decoder.next(rows)
      rows.forEach((row, sample) => {
        row.push(chooseToken(restrict(logits[sample]!, temperature, options), temperature, seed, index, sample))
      })
    }
    return rows.map((row) => {
      const ended = row.indexOf(end)
      return { text: textOf(row.slice(1, ended < 0 ? undefined : ended), spec), logProbability: null }
    })
  } finally {
    decoder.dispose()
  }
}

/** The longest token that fits, again and again; spaces only separate. Throws LabError. */
function readSource(text: string | null, { source }: TaskSpec): number[] {
  if (!source) throw new LabError('generate.no-source')
  let rest = text?.trim() ?? ''
  if (rest === '') throw new LabError('generate.needs-source')
  const tokens = [...source.vocabulary.entries()].slice(1).sort(([, a], [, b]) => b.length - a.length)
  const ids: number[] = []
  while (rest !== '') {
    const found = tokens.find(([, token]) => token !== '' && rest.startsWith(token))
    if (!found) throw new LabError('generate.unknown-source', { text: rest.split(/\s/)[0]! })
    ids.push(found[0])
    rest = rest.slice(found[1].length).trimStart()
  }
  return ids
}

/** Characters side by side, words with spaces between them. */
function textOf(ids: readonly number[], { vocabulary }: Pick<SequenceSpec, 'vocabulary'>): string {
  const texts = ids.map((id) => vocabulary[id] ?? '')
  return texts.join(texts.some((text) => Array.from(text).length > 1) ? ' ' : '')
}
