/** `generate LAB|FOLDER`: writes a text with a next-character model, from the checkpoint that `train --out` kept. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineChoice } from '@core/contract/engine'
import { LabError } from '@core/errors'
import { compile } from '@core/graph/compile'
import { labDocument, type LabDocument } from '@core/lab/document'
import { initialise } from '@core/random/initialisers'
import { createTask } from '@core/tasks'
import type { TaskSpec } from '@core/tasks/types'
import { CheckpointFolder } from '../engine/checkpoint'
import { createExecutor } from '../engine/choose'
import { chooseToken, createWriter } from '../engine/generation'
import type { Labs } from '../service/labs'
import type { Texts } from '../texts'
import type { Output } from './output'
import { findLab, readTask } from './read-lab'

export interface GenerateOptions {
  readonly engine: EngineChoice
  /** How the text begins; null for the vocabulary's line break, or its first character. */
  readonly prompt: string | null
  /** Characters to add. */
  readonly length: number
  readonly temperature: number
  readonly seed: number
  /** How many texts to write, all from the same beginning. */
  readonly samples: number
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
  { engine, prompt, length, temperature, seed, samples }: GenerateOptions,
  { labs, output, texts, interrupted }: GenerateContext,
): Promise<number> {
  const trained = existsSync(join(lab, 'checkpoint.json'))
  const model = trained ? await fromCheckpoint(lab) : await fromLab(lab, labs)
  if (!trained) output.say(texts.cli('untrained'))
  const { vocabulary } = model.spec
  const beginning = encode(prompt, vocabulary)
  const rows = Array.from({ length: samples }, () => [...beginning])
  const executor = await createExecutor(engine, (reason) => output.say(texts.error(reason)))
  const writer = await createWriter(executor, model.lab, model.spec, model.weights, { samples })

  // The prompt is read first, so that the rate is that of writing.
  let logits = await writer.logits(rows)
  const began = performance.now()
  for (let index = 0; index < length && !interrupted.aborted; index++) {
    rows.forEach((ids, sample) => ids.push(chooseToken(logits[sample]!, temperature, seed, index, sample)))
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

interface TrainedModel {
  readonly lab: LabDocument
  readonly spec: TaskSpec
  readonly weights: ReadonlyMap<string, Float32Array>
}

async function fromCheckpoint(directory: string): Promise<TrainedModel> {
  const { lab: stored, states } = await new CheckpointFolder(directory).read()
  const lab = labDocument.parse(stored)
  const spec = await readTask(directory, lab)
  const weights = new Map([...states].flatMap(([name, { data }]) => (data instanceof Float32Array ? [[name, data]] : [])))
  for (const { name, value } of compile(lab, spec, { mode: 'infer', batch: 1 }).states) {
    if (states.get(name)?.shape.join() !== value.shape.join()) throw new LabError('checkpoint.other-model', { state: name })
  }
  return { lab, spec, weights }
}

async function fromLab(name: string, labs: Labs): Promise<TrainedModel> {
  const lab = await findLab(name, labs)
  const { spec } = createTask(lab.task, null)
  const { states } = compile(lab, spec, { mode: 'infer', batch: 1 })
  const { seed } = lab.training
  return {
    lab,
    spec,
    weights: new Map(
      states.map(({ name: state, initialiser, value }) => [state, initialise(initialiser, value.shape, seed, state)]),
    ),
  }
}

/** Throws LabError `generate.unknown-character`. */
function encode(prompt: string | null, vocabulary: readonly string[]): number[] {
  if (prompt === null || prompt === '') return [Math.max(0, vocabulary.indexOf('\n'))]
  return Array.from(prompt, (character) => {
    const id = vocabulary.indexOf(character)
    if (id < 0) throw new LabError('generate.unknown-character', { character })
    return id
  })
}
