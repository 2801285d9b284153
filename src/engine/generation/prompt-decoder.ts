/**
 * Decodes from a prompt: the next token's logits given all tokens before it. If all attention is causal, a program for one new
 * token caches the keys and values of earlier ones; otherwise the whole window is recomputed for each token.
 */
import type { Mutes } from '@core/contract/look'
import { LabError } from '@core/errors'
import type { Program } from '@core/program/types'
import { stream } from '@core/random/stream'
import type { Signature } from '@core/signature'
import type { Feeds, TensorData } from '../executor'
import { batchFeeds, gatesOf, type Gates } from '../feeds'
import type { Compiled, Model } from '../model'

export interface PromptDecoder {
  /** Whether keys and values are cached. */
  readonly cached: boolean
  /** For each text, the logits of its next token. Texts have at least one token, and all the same number. */
  logits(texts: readonly (readonly number[])[]): Promise<Float32Array[]>
  dispose(): void
}

/**
 * Start of the window in a text of this many tokens. A full window continues from its second half: positions count from the
 * start of the window, so moving it by one token at a time would invalidate the cache every time.
 */
export function windowStart(tokens: number, length: number): number {
  const stride = Math.max(1, length >> 1)
  return tokens <= length ? 0 : stride * Math.ceil((tokens - length) / stride)
}

export interface PromptDecoderOptions {
  /** Number of texts generated at once. */
  readonly samples?: number
  /** False recomputes every window. */
  readonly remember?: boolean
  readonly mutes?: Mutes
}

/** Throws LabError `generate.not-next-token` for a model that predicts anything else. */
export function requireNextToken({ causal }: Signature): void {
  if (!causal) throw new LabError('generate.not-next-token')
}

/** Uses the weights of the model, which must not change meanwhile. Throws LabError for models that do not predict the next token. */
export function createPromptDecoder(
  model: Model,
  { samples = 1, remember = true, mutes = {} }: PromptDecoderOptions = {},
): PromptDecoder {
  const { length, classes } = model.signature
  requireNextToken(model.signature)
  const own = model.share() // the cache consists of states
  const stepper = remember ? stepperOf(own, samples) : null
  const reader = own.program(stepper ? 'read' : 'infer', { batch: samples })

  const gates = gatesOf(reader.program, mutes)

  /** Logits after the last token of each window. */
  async function read(windows: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const tokens = new Int32Array(samples * length) // the rest stays 0: causal attention does not see it
    windows.forEach((window, row) => tokens.set(window, row * length))
    const outputs = await reader.executable.run(feedsOf(reader.program, gates, { tokens }), ['logits'], stepper !== null)
    if (stepper) reader.executable.commit()
    return windows.map((window, row) => logitsAt(outputs, row * length + window.length - 1))
  }
  /** Like `read`, for windows that have each grown by one token. */
  async function step({ program, executable }: Compiled, windows: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const tokens = Int32Array.from(windows, (window) => window.at(-1)!)
    const feeds = feedsOf(program, gates, { tokens, place: Int32Array.of(windows[0]!.length - 1) })
    const outputs = await executable.run(feeds, ['logits'], true)
    executable.commit()
    return windows.map((_, row) => logitsAt(outputs, row))
  }
  function logitsAt(outputs: ReadonlyMap<string, TensorData>, row: number): Float32Array {
    return Float32Array.from(outputs.get('logits')!.subarray(row * classes, (row + 1) * classes))
  }

  /** The tokens whose keys and values are cached. */
  let known: readonly (readonly number[])[] = []
  return {
    cached: stepper !== null,
    async logits(texts) {
      const windows = texts.map((ids) => ids.slice(windowStart(ids.length, length)))
      const oneMore = windows.every((window, row) => isOneMore(window, known[row] ?? []))
      const logits = await model.alone(() => (stepper && oneMore ? step(stepper, windows) : read(windows)))
      known = windows
      return logits
    },
    dispose: () => own.dispose(),
  }
}

function isOneMore(window: readonly number[], known: readonly number[]): boolean {
  return known.length === window.length - 1 && known.every((id, place) => id === window[place])
}

/** null if the model is not causal. */
function stepperOf(model: Model, batch: number): Compiled | null {
  try {
    return model.program('generate', { batch })
  } catch (error) {
    if (error instanceof LabError && error.code === 'graph.not-causal') return null
    throw error
  }
}

/** Inputs of a program for a window. */
function feedsOf(program: Program, gates: Gates, given: Readonly<Record<string, Int32Array>>): Feeds {
  const { tokens = new Int32Array() } = given
  const data = program.inputs.filter(({ kind, name }) => kind === 'data' && name in given)
  const rest = { ...program, inputs: program.inputs.filter((input) => !data.includes(input)) }
  return { ...batchFeeds(rest, { tokens, targets: tokens }, gates), ...given }
}

/**
 * The most probable token at temperature 0; otherwise sampled from softmax(logits / temperature), deterministically by the seed
 * and the index of the token in its sample.
 */
export function chooseToken(logits: Float32Array, temperature: number, seed: number, index: number, sample = 0): number {
  const largest = logits.reduce((best, logit, id) => (logit > logits[best]! ? id : best), 0)
  if (temperature === 0) return largest
  const weights = logits.map((logit) => Math.exp((logit - logits[largest]!) / temperature))
  let rest = stream(seed, 'generate', sample, index).float() * weights.reduce((sum, weight) => sum + weight, 0)
  const chosen = weights.findIndex((weight) => (rest -= weight) < 0)
  return chosen < 0 ? largest : chosen
}
