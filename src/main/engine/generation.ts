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
  const program = stepwise ?? compile(lab, spec, { mode: 'infer', batch: 1 })
  const store = executor.createStore()
  const executable = await executor.compile(program, store)
  store.write(new Map(program.states.flatMap(({ name }) => (weights.has(name) ? [[name, weights.get(name)!] as const] : []))))
  const { length, classes } = spec
  const run = async (feeds: Feeds): Promise<Float32Array> => {
    const outputs = await executable.run(feeds, ['logits'], stepwise !== null)
    if (stepwise) executable.commit()
    return Float32Array.from(outputs.get('logits')!)
  }
  // Which tokens of which window are remembered.
  let [start, known] = [0, 0]
  return {
    cached: stepwise !== null,
    async logits(ids) {
      const from = windowStart(ids.length, length)
      const window = ids.slice(from)
      if (!stepwise) {
        const tokens = new Int32Array(length)
        tokens.set(window)
        const all = await run(feedsOf(program, { tokens }))
        return all.slice((window.length - 1) * classes.length, window.length * classes.length)
      }
      // Asked again about less, the last token is looked at anew; a place is overwritten, and later ones are not looked at.
      known = from === start ? Math.min(known, window.length - 1) : 0
      start = from
      let logits: Float32Array = new Float32Array()
      for (; known < window.length; known++) {
        logits = await run(feedsOf(program, { tokens: Int32Array.of(window[known]!), place: Int32Array.of(known) }))
      }
      return logits
    },
    dispose() {
      executable.dispose()
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
