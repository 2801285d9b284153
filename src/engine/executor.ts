/** What is asked of an engine: compile a program once, run it every step. One folder per engine implements it. */
import type { Program, State } from '@core/program/types'

export type TensorData = Float32Array | Int32Array
export type Feeds = Readonly<Record<string, TensorData>>

export interface Executor {
  /** As users and reports see it, e.g. `tfjs`. */
  readonly name: string
  /** An empty store. Programs compiled with the same store see the same states, without copies. */
  createStore(): StateStore
  /**
   * Adds the program's states to the store. What takes long or much memory is left to the first run. Throws LabError
   * `run.out-of-memory`.
   */
  compile(program: Program, store: StateStore): Executable
}

/** Weights, buffers and moments, by name. */
export interface StateStore {
  /** Adds states it does not know yet, as zeros. Throws a TypeError if one is known with another size, LabError `run.out-of-memory`. */
  add(states: readonly State[]): void
  /** Copies, in name order; all of them unless named. Names the store does not know are left out. */
  read(names?: readonly string[]): Map<string, Float32Array>
  /** Throws on an unknown name or a wrong length. */
  write(states: ReadonlyMap<string, Float32Array>): void
  dispose(): void
}

export interface Executable {
  /**
   * Computes the wanted outputs, and with `update` also what the step writes back. The states change only by `commit`, so that a
   * step that went wrong can be looked at or dropped. Every input that is needed must be fed, with its exact length.
   */
  run(feeds: Feeds, wanted: readonly string[], update?: boolean): Promise<Map<string, TensorData>>
  /** Writes the updates of the last `run` with `update` back to the store. */
  commit(): void
  /** Copies of what `commit` would write to these states; those it would not write are left out. */
  uncommitted(states: readonly string[]): Map<string, Float32Array>
  /** Runs again, operation by operation, and tells where NaN or infinity came from; null if all is finite. */
  diagnose(feeds: Feeds, wanted: readonly string[]): Promise<Culprit | null>
  /** How many share the work of a step; null while it is still being tried which number is fastest. */
  readonly threads: number | null
  dispose(): void
}

/** Where a number that is not finite came from. */
export interface Culprit {
  /** The operation kind, or `state` when a weight itself is not finite. */
  readonly operation: string
  /** The block that emitted it; empty for operations of the training step itself. */
  readonly block: string
  readonly kind: 'nan' | 'infinity'
}
