/** `generate LAB|FOLDER`: continues a text or transforms a source, with the checkpoint that `train --out` saved. */
import type { EngineChoice } from '@core/contract/engine'
import type { Generation, GenerationRequest } from '@core/contract/generation'
import { generate as generateText } from '@engine/generation/generate'
import { openModel } from '@engine/model'
import { createExecutor } from '../engine/choose'
import { nodeSurroundings } from '../engine/surroundings'
import type { Labs } from '../service/labs'
import type { Texts } from '../texts'
import { mutesOf } from './mutes'
import { readNamedModel } from './named-model'
import type { Output } from './output'

export interface GenerateOptions extends Omit<GenerationRequest, 'temperature' | 'mutes'> {
  readonly engine: EngineChoice
  /** Whether to use the weights with the smallest validation loss. */
  readonly best: boolean
  /** Null for the default: 0.8, or 0 for models with a source. */
  readonly temperature: number | null
  readonly mute: readonly string[]
}

export interface GenerateContext {
  readonly labs: Labs
  readonly output: Output
  readonly texts: Texts
  readonly interrupted: AbortSignal
}

/** Returns the exit code: 0, or 130 if interrupted. Throws LabError for every failure. */
export async function generate(
  lab: string,
  json: boolean,
  { engine, best, mute, ...options }: GenerateOptions,
  { labs, output, texts, interrupted }: GenerateContext,
): Promise<number> {
  const source = await readNamedModel(lab, best, labs)
  if (!source.trained) output.say(texts.cli('untrained'))
  const reads = source.spec.source !== null || options.source !== null
  const temperature = options.temperature ?? (reads ? 0 : 0.8)
  const executor = await createExecutor(engine, (reason) => output.say(texts.error(reason)))
  const model = openModel(executor, source)
  const request = { ...options, temperature, mutes: mutesOf(model, mute) }
  const result = await generateText(model, request, nodeSurroundings, { signal: interrupted })
  model.dispose()
  if (!reads && result.prompt !== options.prompt) output.say(texts.cli('promptRead', { prompt: result.prompt }))

  if (json) output.json({ type: 'done', ...resultOf(result, reads), engine: result.engine })
  else {
    output.line(textsOf(result).join(reads ? '\n' : '\n---\n'))
    if (!reads) output.say(texts.cli('generated', figuresOf(result, texts)))
  }
  return interrupted.aborted ? 130 : 0
}

const textsOf = ({ prompt, written }: Generation): string[] => written.map(({ text }) => prompt + text)
const rateOf = ({ tokens, milliseconds }: Generation): number => (1000 * tokens) / milliseconds

function resultOf(result: Generation, reads: boolean): object {
  const { written, tokens, cached } = result
  const [text, ...others] = textsOf(result)
  if (reads) return { text, written }
  return { ...(others.length > 0 ? { texts: textsOf(result) } : { text }), tokens, tokensPerSecond: rateOf(result), cached }
}

function figuresOf(result: Generation, texts: Texts): Record<string, string | number> {
  const { tokens: count, cached, engine } = result
  const method = texts.cli(cached ? 'generatedCached' : 'generatedAnew')
  return { count, rate: Math.round(rateOf(result)), engine, method }
}
