/** The states of one run on the heap: all executables of the run share the same regions. */
import { sizeOf } from '@core/program/shapes'
import type { State } from '@core/program/types'
import type { StateStore } from '../executor'
import { Memory, type Region } from './memory'
import type { WasmModule } from './wasm'

export class TfjsStates implements StateStore {
  private readonly memory: Memory
  private readonly regions = new Map<string, Region>()

  constructor(
    private readonly wasm: WasmModule,
    private readonly shared: TfjsStates | null = null,
  ) {
    this.memory = new Memory(wasm)
  }

  add(states: readonly State[]): void {
    for (const { name, value } of states) {
      const length = sizeOf(value.shape)
      const known = this.find(name)
      if (known && known.length !== length) throw new TypeError(`state ${name}: ${length} numbers, known with ${known.length}`)
      if (known) continue
      const region = this.memory.register(this.memory.reserve(4 * length), length)
      region.floats().fill(0)
      this.regions.set(name, region)
    }
  }

  regionOf(name: string): Region {
    const region = this.find(name)
    if (!region) throw new TypeError(`there is no state called ${name}`)
    return region
  }

  read(names?: readonly string[]): Map<string, Float32Array> {
    return new Map(Array.from(this.views(names), ([name, data]) => [name, data.slice()]))
  }

  views(names: readonly string[] = this.names): Map<string, Float32Array> {
    const known = names.filter((name) => this.find(name)).toSorted()
    return new Map(known.map((name) => [name, this.regionOf(name).floats()]))
  }

  write(states: ReadonlyMap<string, Float32Array>): void {
    for (const [name, data] of states) {
      const region = this.regionOf(name)
      if (data.length !== region.length) {
        throw new TypeError(`state ${name}: takes ${region.length} numbers, got ${data.length}`)
      }
      region.floats().set(data)
    }
  }

  share(): TfjsStates {
    return new TfjsStates(this.wasm, this)
  }

  dispose(): void {
    this.memory.dispose()
    this.regions.clear()
  }

  private get names(): string[] {
    return [...(this.shared?.names ?? []), ...this.regions.keys()]
  }

  private find(name: string): Region | undefined {
    return this.regions.get(name) ?? this.shared?.find(name)
  }
}
