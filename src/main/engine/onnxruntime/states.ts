/**
 * The states of one model, in segments of neighbours, each twice where a step writes it: the step reads one copy and writes the other,
 * and committing it swaps them. Nothing is ever written where it is read.
 */
import { sizeOf } from '@core/program/shapes'
import type { State } from '@core/program/types'
import type { StateStore } from '@engine/executor'
import { orOutOfMemory } from './errors'

export class Segment {
  private front: Float32Array
  private back: Float32Array | undefined

  constructor(
    readonly parts: readonly string[],
    length: number,
  ) {
    this.front = new Float32Array(length)
  }

  /** What is valid now, and where the next step writes. */
  get current(): Float32Array {
    return this.front
  }
  get next(): Float32Array {
    this.back ??= new Float32Array(this.front.length)
    return this.back
  }

  swap(): void {
    ;[this.front, this.back] = [this.next, this.front]
  }
}

interface Place {
  readonly segment: Segment
  readonly offset: number
  readonly length: number
}

export class OnnxStates implements StateStore {
  private readonly places = new Map<string, Place>()
  /** Changes whenever states have moved. */
  arrangement = 0

  add(states: readonly State[]): void {
    for (const { name, value } of states) {
      const length = sizeOf(value.shape)
      const known = this.places.get(name)
      if (known && known.length !== length) throw new TypeError(`state ${name}: ${length} numbers, known with ${known.length}`)
      if (!known) this.places.set(name, { segment: segmentFor(name, length), offset: 0, length })
    }
  }

  /** The segment of exactly these states in this order; they are moved there if they lie elsewhere. */
  segmentOf(parts: readonly string[]): Segment {
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
    // Those who stay behind would still share the segment they were in.
    for (const part of segment.parts) {
      if (this.place(part).segment === segment) this.alone(part)
    }
    this.arrangement++
    return joined
  }

  /** The numbers as they are now, not copied. */
  view(name: string): Float32Array {
    const { segment, offset, length } = this.place(name)
    return segment.current.subarray(offset, offset + length)
  }

  /** Where the next step writes it. */
  next(name: string): Float32Array {
    const { segment, offset, length } = this.place(name)
    return segment.next.subarray(offset, offset + length)
  }

  read(names: readonly string[] = [...this.places.keys()]): Map<string, Float32Array> {
    return new Map(
      names
        .filter((name) => this.places.has(name))
        .toSorted()
        .map((name) => [name, this.view(name).slice()]),
    )
  }

  write(states: ReadonlyMap<string, Float32Array>): void {
    for (const [name, data] of states) {
      const view = this.view(name)
      if (data.length !== view.length) throw new TypeError(`state ${name}: takes ${view.length} numbers, got ${data.length}`)
      view.set(data)
    }
  }

  dispose(): void {
    this.places.clear()
  }

  private alone(name: string): void {
    const data = this.view(name)
    const segment = new Segment([name], data.length)
    segment.current.set(data)
    this.places.set(name, { segment, offset: 0, length: data.length })
  }

  private place(name: string): Place {
    const place = this.places.get(name)
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
