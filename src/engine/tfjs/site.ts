/** The context in which one operation is lowered: its regions and what a kernel may allocate. A lowering binds once; its kernel runs every step. */
import type { Op, OpKind } from '@core/program/types'
import type { Region } from './memory'
import type { WasmModule } from './wasm'

export type Kernel = () => void

export interface Site {
  readonly wasm: WasmModule
  readonly inputs: readonly Region[]
  readonly output: Region
  /** Scratch memory of this operation, uninitialised. */
  scratch(length: number): Region
  /** Part of a region, with its own id. */
  part(region: Region, start: number, length: number): Region
  /** Pointer to int32 values, for shapes. */
  integers(values: readonly number[]): number
  /** Constant numbers. */
  constant(values: readonly number[]): Region
}

export type Lowering<K extends OpKind> = (op: Op<K>, site: Site) => Kernel
export type Lowerings = { readonly [K in OpKind]: Lowering<K> }

/** The number of float32 in the kernels. */
export const float32 = 0
