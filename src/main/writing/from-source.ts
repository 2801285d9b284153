/** What a source is turned into: the likeliest sequences, by beam search, or some that are drawn token by token. */
import type { Writing, WritingRequest, Written } from '@core/contract/writing'
import { LabError } from '@core/errors'
import type { SequenceSpec, TaskSpec } from '@core/tasks/types'
import type { Executor } from '../engine/executor'
import { beamSearch, restrict, type Next } from './decoding'
import { createSourceDecoder } from './source-decoder'
import type { TrainedModel } from './trained-model'
import { chooseToken } from './writer'

/** At temperature 0 as many texts as the beam is wide, the best first; otherwise as many as were asked for. Throws LabError. */
export async function writeFromSource(
  executor: Executor,
  model: TrainedModel,
  request: WritingRequest,
): Promise<Omit<Writing, 'engine' | 'step'>> {
  const { spec } = model
  const ids = readSource(request.source, spec)
  const searches = request.temperature === 0
  const decoder = await createSourceDecoder(executor, model, ids, searches ? request.beam : request.samples)
  let tokens = 0
  const next: Next = (beginnings) => {
    tokens += beginnings.length
    return decoder.next(beginnings)
  }
  const began = performance.now()
  try {
    const written = await (searches ? search : draw)(next, spec, request)
    return { prompt: '', written, tokens, milliseconds: performance.now() - began, cached: false }
  } finally {
    decoder.dispose()
  }
}

async function search(next: Next, spec: TaskSpec, { beam, lengthPenalty }: WritingRequest): Promise<Written[]> {
  const found = await beamSearch(next, { width: beam, lengthPenalty, length: spec.length, ...spec.written! })
  return found.map(({ ids, logProbability }) => ({ text: textOf(ids, spec), logProbability }))
}

async function draw(next: Next, spec: TaskSpec, request: WritingRequest): Promise<Written[]> {
  const { temperature, seed, samples } = request
  const { begin, end } = spec.written!
  const rows = Array.from({ length: samples }, () => [begin])
  for (let index = 0; index < spec.length && !rows.every((row) => row.includes(end)); index++) {
    const logits = await next(rows)
    rows.forEach((row, sample) => {
      row.push(chooseToken(restrict(logits[sample]!, temperature, request), temperature, seed, index, sample))
    })
  }
  return rows.map((row) => {
    const ended = row.indexOf(end)
    return { text: textOf(row.slice(1, ended < 0 ? undefined : ended), spec), logProbability: null }
  })
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
