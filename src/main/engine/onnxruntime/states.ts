/**
 * The states of one model, in segments of adjacent states, double-buffered if a step writes them: the step reads one buffer and writes
 * the other, and a commit swaps them. No buffer is ever read and written by the same step.
 */
import { sizeOf } from '@core/program/shapes'
import type { State } from '@core/program/types'
import type { StateStore } from '@engine/executor'
import { download } from './device-memory'
import { orOutOfMemory } from './errors'
import type { Tensor } from './runtime'

export class Segment {
  private front: Float32Array
  private back: Float32Array | undefined
  /** Where a graphics processor computed them: the valid values, and those of the next step. */
  private there: Tensor | undefined
  private thereNext: Tensor | undefined
  /** Whether `front` and `back` are without them. */
  private isAway = false
  private isNextAway = false

  constructor(
    readonly parts: readonly string[],
    length: number,
  ) {
    this.front = new Float32Array(length)
  }

  /** The valid values; the next step writes to the other buffer. */
  get current(): Float32Array {
    this.fetch()
    return this.front
  }
  get next(): Float32Array {
    this.back ??= new Float32Array(this.front.length)
    if (this.isNextAway) download(this.thereNext!, this.back)
    this.isNextAway = false
    return this.back
  }

  /** The valid values on the graphics processor, if they are there. */
  get onDevice(): Tensor | undefined {
    return this.there
  }

  /** Takes the values of the next step, which stay on the graphics processor. */
  keepNext(tensor: Tensor): void {
    this.thereNext?.dispose()
    this.thereNext = tensor
    this.isNextAway = true
  }

  /** To be called before `current` is written to: only that is valid then. */
  leaveDevice(): void {
    this.fetch()
    this.there?.dispose()
    this.there = undefined
  }

  swap(): void {
    if (this.thereNext && this.isNextAway) this.back ??= new Float32Array(this.front.length)
    ;[this.front, this.back] = [this.back!, this.front]
    this.there?.dispose()
    ;[this.there, this.thereNext] = [this.thereNext, undefined]
    ;[this.isAway, this.isNextAway] = [this.isNextAway, false]
  }

  private fetch(): void {
    if (this.isAway) download(this.there!, this.front)
    this.isAway = false
  }

  release(): void {
    this.there?.dispose()
    this.thereNext?.dispose()
    this.there = this.thereNext = undefined
  }
}

interface Place {
  readonly segment: Segment
  readonly offset: number
  readonly length: number
}

export class OnnxStates implements StateStore {
  private readonly places = new Map<string, Place>()
  private moves = 0

  constructor(private readonly shared: OnnxStates | null = null) {}

  /** Changes whenever states have moved. */
  get arrangement(): number {
    return this.moves + (this.shared?.arrangement ?? 0)
  }

  add(states: readonly State[]): void {
    for (const { name, value } of states) {
      const length = sizeOf(value.shape)
      const known = this.find(name)
      if (known && known.length !== length) throw new TypeError(`state ${name}: ${length} numbers, known with ${known.length}`)
      if (!known) this.places.set(name, { segment: segmentFor(name, length), offset: 0, length })
    }
  }

  /** The segment of exactly these states in this order; states in other segments are moved into it. */
  segmentOf(parts: readonly string[]): Segment {
    if (this.shared?.find(parts[0]!)) return this.shared.segmentOf(parts)
    const { segment } = this.place(parts[0]!)
    if (segment.parts.join('\n') === parts.join('\n')) return segment
    const values = parts.map((part) => this.view(part))
    const joined = new Segment(
      parts,
      values.reduce((total, { length }) => total + length, 0),
    )
    let offset = 0
    parts.forEach((part, i) => {
      const data = values[i]!
      joined.current.set(data, offset)
      this.places.set(part, { segment: joined, offset, length: data.length })
      offset += data.length
    })
    // Without this, the remaining states would still share their old segment.
    for (const part of segment.parts) {
      if (this.place(part).segment === segment) this.alone(part)
    }
    this.moves++
    return joined
  }

  /** The current numbers, not copied. */
  view(name: string): Float32Array {
    const { segment, offset, length } = this.place(name)
    return segment.current.subarray(offset, offset + length)
  }

  /** The buffer to which the next step writes it. */
  next(name: string): Float32Array {
    const { segment, offset, length } = this.place(name)
    return segment.next.subarray(offset, offset + length)
  }

  read(names?: readonly string[]): Map<string, Float32Array> {
    return new Map(Array.from(this.views(names), ([name, data]) => [name, data.slice()]))
  }

  views(names: readonly string[] = this.names): Map<string, Float32Array> {
    const known = names.filter((name) => this.find(name)).toSorted()
    return new Map(known.map((name) => [name, this.view(name)]))
  }

  write(states: ReadonlyMap<string, Float32Array>): void {
    for (const [name, data] of states) {
      this.place(name).segment.leaveDevice()
      const view = this.view(name)
      if (data.length !== view.length) throw new TypeError(`state ${name}: takes ${view.length} numbers, got ${data.length}`)
      view.set(data)
    }
  }

  share(): OnnxStates {
    return new OnnxStates(this)
  }

  dispose(): void {
    for (const { segment } of this.places.values()) segment.release()
    this.places.clear()
  }

  private get names(): string[] {
    return [...(this.shared?.names ?? []), ...this.places.keys()]
  }

  private find(name: string): Place | undefined {
    return this.places.get(name) ?? this.shared?.find(name)
  }

  private alone(name: string): void {
    const data = this.view(name)
    const segment = new Segment([name], data.length)
    segment.current.set(data)
    this.places.set(name, { segment, offset: 0, length: data.length })
  }

  private place(name: string): Place {
    const place = this.find(name)
    if (!place) throw new TypeError(`there is no state called ${name}`)
    return place
  }
}

/** Throws LabError `run.out-of-memory`. */
function segmentFor(name: string, length: number): Segment {
  try {
    return new Segment([name], length)
  } catch (error) {
    throw orOutOfMemory(error, () => length * Float32Array.BYTES_PER_ELEMENT)
  }
}
