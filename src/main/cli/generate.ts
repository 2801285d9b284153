/** `generate LAB|FOLDER`: writes a text, or what a source is turned into, from the checkpoint that `train --out` kept. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineChoice } from '@core/contract/engine'
import type { Writing, WritingRequest } from '@core/contract/writing'
import { createTask } from '@core/tasks'
import { labDocument } from '@core/lab/document'
import { openModel, type ModelSource } from '@engine/model'
import { checkpointsIn } from '../engine/disk-storage'
import { createExecutor } from '../engine/choose'
import type { Labs } from '../service/labs'
import type { Texts } from '../texts'
import { write } from '../writing/write'
import { readTask } from './kept-task'
import type { Output } from './output'
import { findLab } from './read-lab'

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
  const trained = existsSync(join(lab, 'checkpoint.json'))
  const source = trained ? await fromCheckpoint(lab) : await asItBegins(lab, labs)
  if (!trained) output.say(texts.cli('untrained'))
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

async function fromCheckpoint(directory: string): Promise<ModelSource> {
  const { lab: stored, states, step } = await checkpointsIn(directory).read()
  const lab = labDocument.parse(stored)
  return { lab, spec: await readTask(directory, lab), states, step }
}

async function asItBegins(name: string, labs: Labs): Promise<ModelSource> {
  const lab = await findLab(name, labs)
  return { lab, spec: createTask(lab.task, null).spec }
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
