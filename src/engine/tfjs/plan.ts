/**
 * A plan: the operations that some outputs of a program need, bound to places in one block of memory. Values share it: a place is
 * free again after the last operation that reads it. A step therefore allocates and leaks nothing, and its memory is known before it
 * runs.
 */
import { groupBy } from '@core/collections'
import { numbersOf } from '@core/program/constants'
import { sizeOf } from '@core/program/shapes'
import type { Input, Op, OpKind, Program, Value } from '@core/program/types'
import { lowerings } from './lowerings'
import { sharesMemory } from './lowerings/layout'
import { Arena, Memory, Region } from './memory'
import type { Kernel, Lowering, Site } from './site'
import type { WasmModule } from './wasm'

export interface Plan {
  readonly inputs: readonly Input[]
  /** In order. Constants, and operations that share the memory of their input, have no kernel to run. */
  readonly steps: readonly { readonly op: Op; readonly kernel: Kernel }[]
  regionOf(value: Value): Region
  dispose(): void
}

/** Throws LabError `run.out-of-memory`. `states` gives the region of each state of the program, by name. */
export function buildPlan(wasm: WasmModule, program: Program, roots: readonly Value[], states: (name: string) => Region): Plan {
  const ops = needed(program, roots)
  const lifetimes = lifetimesOf(ops, roots)
  const memory = new Memory(wasm)
  try {
    const read = new Set(ops.flatMap((op) => op.inputs).concat(roots))
    const inputs = program.inputs.filter(({ value }) => read.has(value))
    const known = new Map(program.states.filter(({ value }) => read.has(value)).map(({ name, value }) => [value, states(name)]))
    const { size } = new Layout(measuring(wasm), 0, known).place(inputs, ops, lifetimes)
    const layout = new Layout(binding(memory), memory.reserve(size), known).place(inputs, ops, lifetimes)
    return {
      inputs,
      steps: layout.steps,
      regionOf: (value) => layout.regionOf(value),
      dispose: () => memory.dispose(),
    }
  } catch (error) {
    memory.dispose()
    throw error
  }
}

/** The operations that the roots depend on, in program order. */
function needed(program: Program, roots: readonly Value[]): Op[] {
  const wanted = new Set(roots)
  return program.ops
    .toReversed()
    .filter((op) => {
      if (!wanted.has(op.output)) return false
      op.inputs.forEach((input) => wanted.add(input))
      return true
    })
    .toReversed()
}

interface Lifetimes {
  /** By index of an operation: the values with memory of their own that it is the last to read. */
  readonly ending: ReadonlyMap<number, readonly Value[]>
}

function lifetimesOf(ops: readonly Op[], roots: readonly Value[]): Lifetimes {
  // A reshaped value shares the memory of the original.
  const owners = new Map<Value, Value>()
  const owner = (value: Value) => owners.get(value) ?? value
  const last = new Map<Value, number>()
  ops.forEach((op, i) => {
    if (sharesMemory(op)) owners.set(op.output, owner(op.inputs[0]!))
    for (const value of [...op.inputs, op.output]) last.set(owner(value), i)
  })
  roots.forEach((root) => last.set(owner(root), Infinity))
  return { ending: groupBy(last.keys(), (value) => last.get(value)!) }
}

/** The source of regions and constants: none while measuring, then the heap. */
interface Source {
  readonly wasm: WasmModule
  region(offset: number, length: number): Region
  integers(values: readonly number[]): number
  constant(length: number, data: () => Float32Array | Int32Array): Region
}

function measuring(wasm: WasmModule): Source {
  const region = (offset: number, length: number) => new Region(wasm, 0, offset, length)
  return { wasm, region, integers: () => 0, constant: (length) => region(0, length) }
}

function binding(memory: Memory): Source {
  const { wasm } = memory
  const region = (offset: number, length: number) => memory.register(offset, length)
  const place = (data: Float32Array | Int32Array) => {
    const offset = memory.reserve(Math.max(data.byteLength, 4))
    wasm.HEAPU8.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset)
    return offset
  }
  return {
    wasm,
    region,
    integers: (values) => place(Int32Array.from(values)),
    constant: (length, data) => region(place(data()), length),
  }
}

class Layout {
  readonly steps: { op: Op; kernel: Kernel }[] = []
  private readonly regions: Map<Value, Region>
  private readonly arena = new Arena()
  private readonly integers = new Map<string, number>()
  private readonly constants = new Map<string, Region>()

  constructor(
    private readonly source: Source,
    private readonly base: number,
    states: ReadonlyMap<Value, Region>,
  ) {
    this.regions = new Map(states)
  }

  /** Bytes of the block. */
  get size(): number {
    return this.arena.size
  }

  regionOf(value: Value): Region {
    return this.regions.get(value)!
  }

  place(inputs: readonly Input[], ops: readonly Op[], { ending }: Lifetimes): this {
    const claimed = new Set<Value>()
    const claim = (value: Value) => {
      claimed.add(value)
      this.regions.set(value, this.take(sizeOf(value.shape)))
    }
    for (const { value } of inputs) claim(value)
    ops.forEach((op, i) => {
      const { output } = op
      if (op.kind === 'constant') {
        const numbers = () => numbersOf(op.attributes.data, output.shape)
        this.regions.set(output, this.source.constant(sizeOf(output.shape), numbers))
      } else if (sharesMemory(op)) this.regions.set(output, this.regionOf(op.inputs[0]!))
      else {
        claim(output)
        this.steps.push({ op, kernel: this.bind(op) })
      }
      for (const value of ending.get(i) ?? []) if (claimed.has(value)) this.release(this.regionOf(value))
    })
    return this
  }

  private bind<K extends OpKind>(op: Op<K>): Kernel {
    const scratch: Region[] = []
    const site: Site = {
      wasm: this.source.wasm,
      inputs: op.inputs.map((value) => this.regionOf(value)),
      output: this.regionOf(op.output),
      scratch: (length) => {
        const region = this.take(length)
        scratch.push(region)
        return region
      },
      part: (region, start, length) => this.source.region(region.offset + 4 * start, length),
      integers: (values) => once(this.integers, values, () => this.source.integers(values)),
      constant: (values) =>
        once(this.constants, values, () => this.source.constant(values.length, () => Float32Array.from(values))),
    }
    const lower: Lowering<K> = lowerings[op.kind]
    const kernel = lower(op, site)
    scratch.forEach((region) => this.release(region))
    return kernel
  }

  private take(length: number): Region {
    return this.source.region(this.base + this.arena.allocate(length), length)
  }

  private release(region: Region): void {
    this.arena.free(region.offset - this.base, region.length)
  }
}

function once<T>(known: Map<string, T>, values: readonly number[], make: () => T): T {
  const key = values.join()
  const found = known.get(key) ?? make()
  known.set(key, found)
  return found
}
