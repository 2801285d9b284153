/**
 * A model: the graph of a lab with its weights, on an engine. It needs no task. Its programs are compiled on first use and
 * share the weights.
 */
import { LabError } from '@core/errors'
import type { Mode } from '@core/blocks/define'
import { compile } from '@core/graph/compile'
import { shardsOf, type LabDocument } from '@core/lab/document'
import { costOf } from '@core/program/cost'
import type { Program, State } from '@core/program/types'
import { initialise } from '@core/random/initialisers'
import type { Signature } from '@core/signature'
import type { TaskSpec } from '@core/tasks/types'
import type { Executable, Executor, StateStore } from './executor'
import type { SafeTensor } from './safetensors'

/** Number of compiled programs for looking kept: more than one look needs at once. */
const mostLooks = 6

export interface Compiled {
  readonly program: Program
  readonly executable: Executable
}

export interface ProgramOptions {
  /** Sequences per batch; by default the training batch size. */
  readonly batch?: number
  /** Tokens per sequence; by default those of the signature. See `windowFor` for which others are possible. */
  readonly length?: number
  /** For steps that average several batches: the program for all but the last. */
  readonly gather?: boolean
  /** For batches divided into shards: the gradients of one, or the update; see `compile`. */
  readonly shard?: 'gradients' | 'update'
  /** Whether single activations can be taken from the last sequence of the batch. */
  readonly patched?: boolean
  /** For `inspect` programs: whether every operation is a probe. */
  readonly operations?: boolean
  /** For training steps: whether gradients, or their norms, are outputs. */
  readonly gradients?: boolean
  readonly gradientNorms?: boolean
  /** For `inspect` programs: whether the logits of the logit lens are outputs. */
  readonly lens?: boolean
  /** Whether parts can be muted; by default in all programs that do not train. */
  readonly gated?: boolean
  /** Whether weights never change after the first run of the program. */
  readonly fixed?: boolean
}

/** Inputs and outputs, and how texts are tokenised. */
export type ModelSpec = Pick<TaskSpec, 'signature' | 'tokeniser' | 'source'>

export interface ModelSource {
  readonly lab: LabDocument
  readonly spec: ModelSpec
  /** Values of states by name, e.g. from a checkpoint; missing ones are initialised as the lab says. */
  readonly states?: ReadonlyMap<string, SafeTensor>
  /** Training steps that produced these values; 0 by default. */
  readonly step?: number
}

/** Throws LabError for an invalid graph, or `checkpoint.other-model` unless the given states contain all weights. */
export function openModel(executor: Executor, source: ModelSource): Model {
  const inference = compile(source.lab, source.spec.signature, { mode: 'infer', batch: 1 })
  if (source.states) requireStates(inference.states, source.states)
  const model = new Model(executor, source, { weights: inference.states, parameters: costOf(inference).parameters })
  try {
    model.adopt(inference.states)
    return model
  } catch (error) {
    model.dispose()
    throw error
  }
}

function requireStates(wanted: readonly State[], given: ReadonlyMap<string, SafeTensor>): void {
  const misfit = wanted.find((state) => !fits(state, given.get(state.name)))
  if (misfit) throw new LabError('checkpoint.other-model', { state: misfit.name })
}

const fits = ({ value }: State, tensor: SafeTensor | undefined): tensor is SafeTensor & { data: Float32Array } =>
  tensor?.data instanceof Float32Array && tensor.shape.join() === value.shape.join()

export class Model {
  readonly lab: LabDocument
  readonly spec: ModelSpec
  /** Number of trainable parameters. */
  readonly parameters: number
  /** Weights and buffers such as running means: all that inference needs. */
  readonly weights: readonly State[]
  readonly states: StateStore
  /** Training steps that produced the weights. */
  step: number

  private readonly programs = new Map<string, Compiled>()
  /** Keys of the programs for looking, the most recently used last. */
  private readonly looks = new Set<string>()
  private readonly known: Set<string>
  private line: Promise<void> = Promise.resolve()
  private readonly endings: (() => void)[] = []
  /** Given values that no program has used yet, such as moments before there is a training program. */
  private readonly given: Map<string, SafeTensor>

  constructor(
    readonly executor: Executor,
    { lab, spec, states, step = 0 }: ModelSource,
    { weights, parameters }: Pick<Model, 'weights' | 'parameters'>,
    private readonly shared: Model | null = null,
  ) {
    this.lab = lab
    this.spec = spec
    this.step = step
    this.given = new Map(states)
    this.weights = weights
    this.parameters = parameters
    this.states = shared?.states.share() ?? executor.createStore()
    this.known = new Set(shared?.known)
  }

  /** The name of its engine. */
  get engine(): string {
    return this.executor.name
  }
  get signature(): Signature {
    return this.spec.signature
  }

  /** Throws LabError, among others `graph.not-causal` if the model cannot generate token by token. */
  program(mode: Mode, options: ProgramOptions = {}): Compiled {
    const { batch = this.lab.training.batchSize, length = this.signature.length, fixed = false, ...variant } = options
    const { gather = false, operations = false, gradients = false, gradientNorms = false, lens = false } = variant
    const { patched = false, gated, shard } = variant
    const kind = [gather, operations, gradients, gradientNorms, lens, patched, gated, shard]
    const key = [mode, batch, length, ...kind, fixed].join()
    const known = this.programs.get(key)
    if (known) {
      if (mode === 'inspect' || patched) this.lookedAt(key)
      return known
    }
    const program = compile(this.lab, { ...this.signature, length }, { mode, batch, ...variant })
    this.adopt(program.states)
    const sharing = shard === 'gradients' ? { sharing: shardsOf(this.lab.training) } : {}
    const executable = this.executor.compile(program, this.states, { ...sharing, isFixed: fixed })
    const compiled = { program, executable }
    this.programs.set(key, compiled)
    if (mode === 'inspect' || patched) this.lookedAt(key)
    return compiled
  }

  /** Evicts the least recently used program for looking if there are too many. */
  private lookedAt(key: string): void {
    this.looks.delete(key)
    this.looks.add(key)
    const [oldest] = this.looks
    if (this.looks.size <= mostLooks || oldest === undefined) return
    this.looks.delete(oldest)
    this.programs.get(oldest)?.executable.dispose()
    this.programs.delete(oldest)
  }

  /** Runs looks one after another: a look must not dispose of a program that another is using. They must not be nested. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.shared) return this.shared.alone(work)
    const done = this.line.then(work)
    this.line = done.then(
      () => undefined,
      () => undefined,
    )
    return done
  }

  /** Initialises new states with the values the model was opened with, or else with their initial ones. */
  adopt(states: readonly State[]): void {
    const added = states.filter(({ name }) => !this.known.has(name))
    this.states.add(added)
    for (const state of added) {
      this.states.write(new Map([[state.name, this.firstValue(state)]])) // one at a time: all would be in memory twice
      this.known.add(state.name)
      this.given.delete(state.name)
    }
  }

  /** The same model with programs of its own and what states they add, such as a cache. The weights are shared: a step changes both. */
  share(): Model {
    return new Model(this.executor, { lab: this.lab, spec: this.spec, step: this.step }, this, this)
  }

  /** Runs `work` when the model is disposed of. */
  whenDisposed(work: () => void): void {
    this.endings.push(work)
  }

  /** Releases the engine's memory. */
  dispose(): void {
    for (const work of this.endings.splice(0)) work()
    for (const { executable } of this.programs.values()) executable.dispose()
    this.programs.clear()
    this.states.dispose()
  }

  private firstValue(state: State): Float32Array {
    const { name, initialiser, value } = state
    const given = this.given.get(name)
    return fits(state, given) ? given.data : initialise(initialiser, value.shape, this.lab.training.seed, name)
  }
}
