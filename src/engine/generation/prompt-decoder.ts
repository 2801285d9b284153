/**
 * Decodes from a prompt: the next token's logits given all tokens before it. If all attention is causal, a program for one new
 * token caches the keys and values of earlier ones; otherwise the whole window is recomputed for each token. For the smallest models
 * that can be faster too, depending on the engine, so both ways are timed at the first tokens.
 */
import { costOf } from '@core/program/cost'
import type { Mutes } from '@core/contract/look'
import { LabError } from '@core/errors'
import { stream } from '@core/random/stream'
import type { Signature } from '@core/signature'
import type { Feeds, TensorData } from '../executor'
import { batchFeeds, gatesOf } from '../feeds'
import type { Compiled, Model } from '../model'

export interface PromptDecoder {
  /** Whether keys and values are cached; of a small model, whether that is faster, once this is known. */
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
  /** Clock in milliseconds, to choose the faster way for a small model; without it, what can be cached is. */
  readonly now?: () => number
  readonly mutes?: Mutes
}

/** FLOPs of a window from which recomputing it takes longer than any overhead of the cache. */
const leastCached = 2e7
/** Tokens computed both ways before one is chosen; the first of them prepares the programs. */
const tries = 6

/** Throws LabError `generate.not-next-token` for a model that predicts anything else. */
export function requireNextToken({ causal }: Signature): void {
  if (!causal) throw new LabError('generate.not-next-token')
}

/** Uses the weights of the model, which must not change meanwhile. Throws LabError for models that do not predict the next token. */
export function createPromptDecoder(
  model: Model,
  { samples = 1, remember = true, now, mutes = {} }: PromptDecoderOptions = {},
): PromptDecoder {
  const { length, classes } = model.signature
  requireNextToken(model.signature)
  const own = model.share() // the cache consists of states
  const options = { batch: samples, gated: Object.keys(mutes).length > 0, fixed: true }
  const stepper = remember ? readyOrNull(() => own.program('generate', options), mutes) : null
  const filler = stepper && ready(own.program('read', options), mutes)
  /** Recomputes windows without a cache. */
  let recomputing: Ready | undefined
  const plain = (): Ready => (recomputing ??= ready(own.program('infer', options), mutes))
  const isSmall = filler !== null && costOf(filler.program).flops.total < leastCached
  const rival = isSmall && now ? { times: new Contest(length), now } : null
  let cached = stepper !== null

  /** Logits after the last token of each window. */
  async function read({ executable, feeds }: Ready, windows: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const tokens = new Int32Array(samples * length) // the rest stays 0: causal attention does not see it
    windows.forEach((window, row) => tokens.set(window, row * length))
    const fills = executable === filler?.executable
    const outputs = await executable.run({ ...feeds, tokens }, ['logits'], fills)
    if (fills) executable.commit()
    return windows.map((window, row) => logitsAt(outputs, row * length + window.length - 1))
  }
  /** Like `read`, for windows that have each grown by one token. */
  async function step({ executable, feeds }: Ready, windows: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const tokens = Int32Array.from(windows, (window) => window.at(-1)!)
    const place = Int32Array.of(windows[0]!.length - 1)
    const outputs = await executable.run({ ...feeds, tokens, place }, ['logits'], true)
    executable.commit()
    return windows.map((_, row) => logitsAt(outputs, row))
  }
  function logitsAt(outputs: ReadonlyMap<string, TensorData>, row: number): Float32Array {
    return Float32Array.from(outputs.get('logits')!.subarray(row * classes, (row + 1) * classes))
  }

  /** The tokens whose keys and values are cached. */
  let known: readonly (readonly number[])[] = []

  async function next(windows: readonly (readonly number[])[]): Promise<Float32Array[]> {
    if (!cached || !stepper || !filler) return read(plain(), windows)
    const oneMore = windows.every((window, row) => isOneMore(window, known[row] ?? []))
    known = windows
    if (!oneMore) return read(filler, windows)
    if (!rival || rival.times.isOver) return step(stepper, windows)
    const began = rival.now()
    const logits = await step(stepper, windows)
    const between = rival.now()
    await read(plain(), windows)
    cached = rival.times.add(between - began, rival.now() - between)
    return logits
  }

  return {
    get cached() {
      return cached
    },
    logits: (texts) => model.alone(() => next(texts.map((ids) => ids.slice(windowStart(ids.length, length))))),
    dispose: () => own.dispose(),
  }
}

/** Which way is faster: the least times are compared, as other work on the machine only adds to them. */
class Contest {
  private count = 0
  private cached = Infinity
  private recomputed = Infinity
  /** Tokens until a full window is read anew, which the cache needs too. */
  private readonly stride: number

  constructor(length: number) {
    this.stride = Math.max(1, length >> 1)
  }

  get isOver(): boolean {
    return this.count === tries
  }

  /** Milliseconds of a token both ways; returns whether to cache. */
  add(cached: number, recomputed: number): boolean {
    if (this.count++ > 0) {
      this.cached = Math.min(this.cached, cached)
      this.recomputed = Math.min(this.recomputed, recomputed)
    }
    return !this.isOver || this.cached + this.recomputed / this.stride < this.recomputed
  }
}

function isOneMore(window: readonly number[], known: readonly number[]): boolean {
  return known.length === window.length - 1 && known.every((id, place) => id === window[place])
}

/** A program with its inputs that are the same for every window: all but tokens and place. */
interface Ready extends Compiled {
  readonly feeds: Feeds
}

function ready({ program, executable }: Compiled, mutes: Mutes): Ready {
  const inputs = program.inputs.filter(({ name }) => name !== 'tokens' && name !== 'place')
  const none = { tokens: new Int32Array(), targets: new Int32Array() }
  return { program, executable, feeds: batchFeeds({ ...program, inputs }, none, gatesOf(program, mutes)) }
}

/** null if the model is not causal. */
function readyOrNull(compiled: () => Compiled, mutes: Mutes): Ready | null {
  try {
    return ready(compiled(), mutes)
  } catch (error) {
    if (error instanceof LabError && error.code === 'graph.not-causal') return null
    throw error
  }
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
