/** What a source is turned into: the likeliest sequences, by beam search, or some that are drawn token by token. */
import type { Writing, WritingRequest, Written } from '@core/contract/writing'
import { LabError } from '@core/errors'
import { readSource, textOf } from '@core/tasks/spelling'
import type { TaskSpec } from '@core/tasks/types'
import type { Executor } from '@engine/executor'
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
  if (!spec.source) throw new LabError('generate.no-source')
  if ((request.source ?? '').trim() === '') throw new LabError('generate.needs-source')
  const ids = readSource(request.source!, spec.source)
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
  return found.map(({ ids, logProbability }) => ({ text: spell(ids, spec), logProbability }))
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
    return { text: spell(row.slice(1, ended < 0 ? undefined : ended), spec), logProbability: null }
  })
}

const spell = (ids: readonly number[], { vocabulary, written }: TaskSpec): string =>
  textOf(
    ids.map((id) => vocabulary[id] ?? ''),
    written!.units,
  )
