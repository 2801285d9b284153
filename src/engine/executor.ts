/** The interface of an engine: compile a program once, run it every step. One folder per engine implements it. */
import type { LabDocument } from '@core/lab/document'
import type { Program, State } from '@core/program/types'
import type { Signature } from '@core/signature'

export type TensorData = Float32Array | Int32Array
export type Feeds = Readonly<Record<string, TensorData>>

export interface Executor {
  /** As shown to users and in reports, e.g. `tfjs`. */
  readonly name: string
  /** The graphics processor that computes, if one does. */
  readonly device?: string | undefined
  /** An empty store. Programs compiled with the same store share its states without copies. */
  createStore(): StateStore
  /**
   * Adds the program's states to the store. Slow or memory-intensive work is deferred to the first run. Throws LabError
   * `run.out-of-memory`.
   */
  compile(program: Program, store: StateStore, options?: ExecutableOptions): Executable
  /** Starts up to `most` threads that compute shards of batches with the same engine; absent where there are none. */
  readonly startThreads?: (shards: ShardPrograms, most: number) => ShardThreads
}

export interface ExecutableOptions {
  /** Number of executables that run at the same time as steps of a training, each on its share of the cores. */
  readonly sharing?: number
  /** The states that the program does not update never change after its first run, so that an engine may keep its own copy. */
  readonly isFixed?: boolean
}

/** Weights, buffers and moments, by name. */
export interface StateStore {
  /** Adds unknown states as zeros. Throws a TypeError if one exists with another size, LabError `run.out-of-memory`. */
  add(states: readonly State[]): void
  /** Copies, in name order; all states by default. Unknown names are skipped. */
  read(names?: readonly string[]): Map<string, Float32Array>
  /** The same without copying: to be read at once, and not to be changed. */
  views(names?: readonly string[]): Map<string, Float32Array>
  /** Throws on an unknown name or a wrong length. */
  write(states: ReadonlyMap<string, Float32Array>): void
  /** A store that holds these states too, in the same memory, and adds its own. */
  share(): StateStore
  /** Releases its own states; those that it shares stay in the store they are from. */
  dispose(): void
}

export interface Executable {
  /**
   * Computes the requested outputs, and with `update` also the new values of the states. States change only by `commit`, so
   * that a failed step can be inspected or dropped. Every input needed must be fed with its exact length.
   */
  run(feeds: Feeds, wanted: readonly string[], update?: boolean): Promise<Map<string, TensorData>>
  /** Applies the updates of the last `run` with `update` to the store. */
  commit(): void
  /** Copies of the values that `commit` would write to these states; states it would not write are left out. */
  uncommitted(states: readonly string[]): Map<string, Float32Array>
  /** Runs again, operation by operation, and returns the source of NaN or infinity; null if all values are finite. */
  diagnose(feeds: Feeds, wanted: readonly string[]): Promise<Culprit | null>
  /** Threads used by a step; null while the fastest number is still being determined. */
  readonly threads: number | null
  dispose(): void
}

/** The source of a value that is not finite. */
export interface Culprit {
  /** The operation kind, or `state` if a weight itself is not finite. */
  readonly operation: string
  /** The block that emitted the operation; empty for operations of the training step itself. */
  readonly block: string
  readonly kind: 'nan' | 'infinity'
}

/** What a thread needs to compile the programs of shards itself. */
export interface ShardPrograms {
  readonly lab: LabDocument
  readonly signature: Signature
  /** Sequences per shard, in the order of shards; two different numbers at most. */
  readonly sizes: readonly number[]
}

export interface Shard {
  /** Number of sequences. */
  readonly size: number
  readonly feeds: Feeds
}

/** Threads that compute shards. Each has its own copy of the weights. */
export interface ShardThreads {
  /** Resolves when each has started or failed: to their number, 0 if none has started. */
  readonly count: Promise<number>
  /** For each thread in order, the shards it computes now. Weights and inputs are copied before it returns. */
  start(weights: ReadonlyMap<string, Float32Array>, work: readonly (readonly Shard[])[]): void
  /** The outputs of a thread's shards, which are valid until the next start; null if the thread failed. */
  finish(thread: number): Promise<readonly ShardOutputs[] | null>
  dispose(): void
}

/** The outputs of a shard by name. */
export type ShardOutputs = ReadonlyMap<string, TensorData>
