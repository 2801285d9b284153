/** Memory of the WASM heap: regions that the kernels know by id, and the arena shared by the values of a plan. */
import { LabError } from '@core/errors'
import type { WasmModule } from './wasm'

/** Kernels and views need aligned starts; a cache line also separates neighbours. */
const alignment = 64
const wordBytes = 4
const addressable = 2 ** 32 - 2 ** 16
/** Far above the ids that TensorFlow.js itself hands out. */
let nextId = 1_000_000_000

/** `length` 4-byte elements at `offset` bytes of the heap. */
export class Region {
  private floatView: Float32Array<ArrayBuffer> | undefined
  private integerView: Int32Array<ArrayBuffer> | undefined

  /** An id of 0 means that the region is only measured. */
  constructor(
    private readonly wasm: WasmModule,
    readonly id: number,
    readonly offset: number,
    readonly length: number,
  ) {}

  /** A view, renewed when the heap has grown. */
  floats(): Float32Array<ArrayBuffer> {
    const { buffer } = this.wasm.HEAPU8
    if (this.floatView?.buffer !== buffer) this.floatView = new Float32Array(buffer, this.offset, this.length)
    return this.floatView
  }

  integers(): Int32Array<ArrayBuffer> {
    const { buffer } = this.wasm.HEAPU8
    if (this.integerView?.buffer !== buffer) this.integerView = new Int32Array(buffer, this.offset, this.length)
    return this.integerView
  }
}

/** Blocks of the heap and the ids registered on them, released together. */
export class Memory {
  private readonly blocks: number[] = []
  private readonly ids: number[] = []

  constructor(readonly wasm: WasmModule) {}

  /** Allocates a block of this many bytes and returns its start. Throws LabError `run.out-of-memory`. */
  reserve(bytes: number): number {
    // Sizes have 32 bits, so a larger one would wrap around.
    const block = bytes < addressable ? this.wasm._malloc(bytes + alignment) >>> 0 : 0
    if (block === 0) throw new LabError('run.out-of-memory', { megabytes: Math.ceil(bytes / 1e6) })
    this.blocks.push(block)
    return Math.ceil(block / alignment) * alignment
  }

  register(offset: number, length: number): Region {
    const region = new Region(this.wasm, nextId++, offset, length)
    this.wasm._register_tensor(region.id, length, offset)
    this.ids.push(region.id)
    return region
  }

  dispose(): void {
    for (const id of this.ids.splice(0)) this.wasm._dispose_data(id)
    for (const block of this.blocks.splice(0)) this.wasm._free(block)
  }
}

/** A first-fit allocator in a growing block. Offsets are in bytes from its start. */
export class Arena {
  /** Highest end ever allocated. */
  size = 0
  private gaps: { start: number; end: number }[] = [{ start: 0, end: Infinity }]

  allocate(length: number): number {
    const bytes = bytesOf(length)
    const gap = this.gaps.find(({ start, end }) => end - start >= bytes)!
    const { start } = gap
    gap.start += bytes
    if (gap.start === gap.end) this.gaps.splice(this.gaps.indexOf(gap), 1)
    this.size = Math.max(this.size, start + bytes)
    return start
  }

  free(start: number, length: number): void {
    const end = start + bytesOf(length)
    const at = this.gaps.findIndex((gap) => gap.start >= end)
    const before = this.gaps[at - 1]
    const after = this.gaps[at]!
    if (before?.end === start) {
      before.end = end
      if (after.start === end) {
        before.end = after.end
        this.gaps.splice(at, 1)
      }
    } else if (after.start === end) after.start = start
    else this.gaps.splice(at, 0, { start, end })
  }
}

function bytesOf(length: number): number {
  return Math.ceil((Math.max(length, 1) * wordBytes) / alignment) * alignment
}
