/** `generate LAB|FOLDER`: writes a text, or what a source is turned into, from the checkpoint that `train --out` kept. */
import type { EngineChoice } from '@core/contract/engine'
import type { Writing, WritingRequest } from '@core/contract/writing'
import { openModel } from '@engine/model'
import { createExecutor } from '../engine/choose'
import type { Labs } from '../service/labs'
import type { Texts } from '../texts'
import { write } from '../writing/write'
import { readNamedModel } from './named-model'
import type { Output } from './output'

export interface GenerateOptions extends Omit<WritingRequest, 'temperature'> {
  readonly engine: EngineChoice
  /** Null for what is usual: 0.8, or 0 where a source is read. */
  readonly temperature: number | null
}

export interface GenerateContext {
  readonly labs: Labs
  readonly output: Output
  readonly texts: Texts
  readonly interrupted: AbortSignal
}

/** Exit code: 0, or 130 if it was interrupted. Throws LabError for every failure. */
export async function generate(
  lab: string,
  json: boolean,
  { engine, ...options }: GenerateOptions,
  { labs, output, texts, interrupted }: GenerateContext,
): Promise<number> {
  const source = await readNamedModel(lab, labs)
  if (!source.trained) output.say(texts.cli('untrained'))
  const reads = source.spec.source !== null || options.source !== null
  const temperature = options.temperature ?? (reads ? 0 : 0.8)
  const executor = await createExecutor(engine, (reason) => output.say(texts.error(reason)))
  const model = openModel(executor, source)
  const writing = await write(model, { ...options, temperature }, { signal: interrupted })
  model.dispose()

  if (json) output.json({ type: 'done', ...resultOf(writing, reads), engine: writing.engine })
  else {
    output.line(textsOf(writing).join(reads ? '\n' : '\n---\n'))
    if (!reads) output.say(texts.cli('generated', figuresOf(writing, texts)))
  }
  return interrupted.aborted ? 130 : 0
}

const textsOf = ({ prompt, written }: Writing): string[] => written.map(({ text }) => prompt + text)
const rateOf = ({ tokens, milliseconds }: Writing): number => (1000 * tokens) / milliseconds

function resultOf(writing: Writing, reads: boolean): object {
  const { written, tokens, cached } = writing
  const [text, ...others] = textsOf(writing)
  if (reads) return { text, written }
  return { ...(others.length > 0 ? { texts: textsOf(writing) } : { text }), tokens, tokensPerSecond: rateOf(writing), cached }
}

function figuresOf(writing: Writing, texts: Texts): Record<string, string | number> {
  const { tokens: count, cached, engine } = writing
  const method = texts.cli(cached ? 'generatedCached' : 'generatedAnew')
  return { count, rate: Math.round(rateOf(writing)), engine, method }
}
