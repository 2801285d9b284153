/** Where one operation is lowered: its regions and what a kernel may reserve. A lowering binds once; its kernel runs every step. */
import type { Op, OpKind } from '@core/program/types'
import type { Region } from './memory'
import type { WasmModule } from './wasm'

export type Kernel = () => void

export interface Site {
  readonly wasm: WasmModule
  readonly inputs: readonly Region[]
  readonly output: Region
  /** Memory of this operation alone, with anything in it at the start. */
  scratch(length: number): Region
  /** A part of a region under an id of its own. */
  part(region: Region, start: number, length: number): Region
  /** Pointer to int32 values, for shapes. */
  integers(values: readonly number[]): number
  /** Numbers that never change. */
  constant(values: readonly number[]): Region
}

export type Lowering<K extends OpKind> = (op: Op<K>, site: Site) => Kernel
export type Lowerings = { readonly [K in OpKind]: Lowering<K> }

/** The number the kernels know float32 by. */
export const float32 = 0
