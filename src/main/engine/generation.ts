/**
 * Writing on: the next token's logits from all before it. Where every attention looks back only, a program for one new token keeps
 * the keys and values of those before; otherwise the whole window is computed anew for each token.
 */
import { LabError } from '@core/errors'
import { compile } from '@core/graph/compile'
import type { LabDocument } from '@core/lab/document'
import type { Program } from '@core/program/types'
import { stream } from '@core/random/stream'
import type { TaskSpec } from '@core/tasks/types'
import type { Executor, Feeds } from './executor'
import { batchFeeds } from './feeds'

export interface Writer {
  /** Whether keys and values are remembered. */
  readonly cached: boolean
  /** Logits of what follows these tokens, at least one. */
  logits(ids: readonly number[]): Promise<Float32Array>
  dispose(): void
}

/**
 * Where the window begins in a text of so many tokens. A full window goes on from its later half: positions count from its start,
 * so moving it by one token each time would make all that is remembered worthless.
 */
export function windowStart(tokens: number, length: number): number {
  const stride = Math.max(1, length >> 1)
  return tokens <= length ? 0 : stride * Math.ceil((tokens - length) / stride)
}

/** `weights` are the lab's states by name. `remember: false` computes every window anew. Throws LabError for what predicts no next token. */
export async function createWriter(
  executor: Executor,
  lab: LabDocument,
  spec: TaskSpec,
  weights: ReadonlyMap<string, Float32Array>,
  remember = true,
): Promise<Writer> {
  if (!spec.causal) throw new LabError('generate.not-next-token')
  const stepwise = remember ? generateProgram(lab, spec) : null
  const whole = compile(lab, spec, { mode: stepwise ? 'read' : 'infer', batch: 1 })
  const store = executor.createStore()
  const reader = await executor.compile(whole, store)
  const stepper = stepwise && (await executor.compile(stepwise, store))
  store.write(new Map(whole.states.flatMap(({ name }) => (weights.has(name) ? [[name, weights.get(name)!] as const] : []))))
  const { length, classes } = spec

  /** Logits after the last token of a window. */
  async function read(window: readonly number[]): Promise<Float32Array> {
    const tokens = new Int32Array(length) // what comes after the window is looked at by nobody who looks back
    tokens.set(window)
    const outputs = await reader.run(feedsOf(whole, { tokens }), ['logits'], stepper !== null)
    if (stepper) reader.commit()
    return Float32Array.from(
      outputs.get('logits')!.subarray((window.length - 1) * classes.length, window.length * classes.length),
    )
  }
  async function step(token: number, place: number): Promise<Float32Array> {
    const feeds = feedsOf(stepwise!, { tokens: Int32Array.of(token), place: Int32Array.of(place) })
    const outputs = await stepper!.run(feeds, ['logits'], true)
    stepper!.commit()
    return Float32Array.from(outputs.get('logits')!)
  }

  /** The tokens whose keys and values are remembered. */
  let known: readonly number[] = []
  return {
    cached: stepper !== null,
    async logits(ids) {
      const window = ids.slice(windowStart(ids.length, length))
      const oneMore = known.length === window.length - 1 && known.every((id, place) => id === window[place])
      const logits = stepper && oneMore ? await step(window.at(-1)!, known.length) : await read(window)
      known = window
      return logits
    },
    dispose() {
      reader.dispose()
      stepper?.dispose()
      store.dispose()
    },
  }
}

/** null where something looks at later tokens. */
function generateProgram(lab: LabDocument, spec: TaskSpec): Program | null {
  try {
    return compile(lab, spec, { mode: 'generate', batch: 1 })
  } catch (error) {
    if (error instanceof LabError && error.code === 'graph.not-causal') return null
    throw error
  }
}

/** What a program is fed for a window; gates are all ones. */
function feedsOf(program: Program, given: Readonly<Record<string, Int32Array>>): Feeds {
  const { tokens = new Int32Array() } = given
  const data = program.inputs.filter(({ kind, name }) => kind === 'data' && name in given)
  const rest = { ...program, inputs: program.inputs.filter((input) => !data.includes(input)) }
  return { ...batchFeeds(rest, { tokens, targets: tokens }, new Map()), ...given }
}

/** The likeliest at temperature 0; otherwise drawn from softmax(logits / temperature), by the seed and the token's number. */
export function chooseToken(logits: Float32Array, temperature: number, seed: number, index: number): number {
  const largest = logits.reduce((best, logit, id) => (logit > logits[best]! ? id : best), 0)
  if (temperature === 0) return largest
  const weights = logits.map((logit) => Math.exp((logit - logits[largest]!) / temperature))
  let rest = stream(seed, 'generate', index).float() * weights.reduce((sum, weight) => sum + weight, 0)
  const chosen = weights.findIndex((weight) => (rest -= weight) < 0)
  return chosen < 0 ? largest : chosen
}
