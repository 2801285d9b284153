/** `generate LAB|FOLDER`: writes a text, or what a source is turned into, from the checkpoint that `train --out` kept. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineChoice } from '@core/contract/engine'
import { encodePrompt } from '@core/tasks/next-token/prompt'
import type { TaskSpec } from '@core/tasks/types'
import { createExecutor } from '../engine/choose'
import { restrict, type Limits } from '../engine/decoding'
import { chooseToken, createWriter } from '../engine/generation'
import type { Labs } from '../service/labs'
import type { Texts } from '../texts'
import type { Output } from './output'
import { fromCheckpoint, fromLab, type TrainedModel } from './trained-model'
import { writeFromSource } from './write-from-source'

export interface GenerateOptions extends Limits {
  readonly engine: EngineChoice
  /** How the text begins; null for the vocabulary's line break, or its first character. */
  readonly prompt: string | null
  /** Characters to add. */
  readonly length: number
  /** 0 for the likeliest; null for what is usual: 0.8, or 0 where a source is read. */
  readonly temperature: number | null
  readonly seed: number
  /** How many texts to write, all from the same beginning. */
  readonly samples: number
  /** What is read, for a model that writes while it reads another sequence; null for none. */
  readonly source: string | null
  /** Sequences that are followed at a time while the likeliest is searched for. */
  readonly beam: number
  readonly lengthPenalty: number
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
  options: GenerateOptions,
  context: GenerateContext,
): Promise<number> {
  const { engine, prompt, length, seed, samples, source } = options
  const { labs, output, texts, interrupted } = context
  const trained = existsSync(join(lab, 'checkpoint.json'))
  const model = trained ? await fromCheckpoint(lab) : await fromLab(lab, labs)
  if (!trained) output.say(texts.cli('untrained'))
  if (model.spec.source || source !== null) return translate(model, json, options, context)
  const temperature = options.temperature ?? 0.8
  const choose = (logits: Float32Array, index: number, sample: number): number =>
    chooseToken(temperature === 0 ? logits : restrict(logits, temperature, options), temperature, seed, index, sample)
  const { vocabulary } = model.spec
  const beginning = encode(prompt, model.spec)
  const rows = Array.from({ length: samples }, () => [...beginning])
  const executor = await createExecutor(engine, (reason) => output.say(texts.error(reason)))
  const writer = await createWriter(executor, model.lab, model.spec, model.weights, { samples })

  // The prompt is read first, so that the rate is that of writing.
  let logits = await writer.logits(rows)
  const began = performance.now()
  for (let index = 0; index < length && !interrupted.aborted; index++) {
    rows.forEach((ids, sample) => ids.push(choose(logits[sample]!, index, sample)))
    logits = await writer.logits(rows)
  }
  const count = samples * (rows[0]!.length - beginning.length)
  const tokensPerSecond = (1000 * count) / (performance.now() - began)
  writer.dispose()

  const shown = prompt === null || prompt === '' ? beginning.length : 0
  const written = rows.map((ids) =>
    ids
      .slice(shown)
      .map((id) => vocabulary[id])
      .join(''),
  )
  const { cached } = writer
  if (json) {
    const text = samples === 1 ? { text: written[0] } : { texts: written }
    output.json({ type: 'done', ...text, tokens: count, tokensPerSecond, cached, engine: executor.name })
  } else {
    output.line(written.join('\n---\n'))
    const method = texts.cli(cached ? 'generatedCached' : 'generatedAnew')
    output.say(texts.cli('generated', { count, rate: Math.round(tokensPerSecond), engine: executor.name, method }))
  }
  return interrupted.aborted ? 130 : 0
}

async function translate(
  model: TrainedModel,
  json: boolean,
  { temperature, ...options }: GenerateOptions,
  { output, texts }: GenerateContext,
): Promise<number> {
  const executor = await createExecutor(options.engine, (reason) => output.say(texts.error(reason)))
  const written = await writeFromSource(executor, model, { ...options, temperature: temperature ?? 0 })
  if (json) output.json({ type: 'done', text: written[0]?.text, written, engine: executor.name })
  else for (const { text } of written) output.line(text)
  return 0
}

/** Throws LabError `generate.unknown-character`. */
function encode(prompt: string | null, spec: TaskSpec): number[] {
  return prompt === null || prompt === '' ? [Math.max(0, spec.vocabulary.indexOf('\n'))] : encodePrompt(prompt, spec)
}
