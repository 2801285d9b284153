/** Memory that a run shares with a thread for its shards: a word for control, the weights, and places for inputs and outputs of shards. */
import { sizeOf } from '@core/program/shapes'
import type { Program, Value } from '@core/program/types'
import type { TensorData } from '@engine/executor'
import { shardOutputs, weightsRead } from '@engine/shards'

/** What the thread is doing: the first word of its memory. */
export const states = { idle: 0, working: 1, failed: 2, ending: 3 } as const

export interface Place {
  readonly feeds: ReadonlyMap<string, TensorData>
  readonly outputs: ReadonlyMap<string, TensorData>
}

/** Programs of shards by number of sequences; at least one. */
export type ProgramsBySize = ReadonlyMap<number, Program>

export interface SharedBuffers {
  /** Shared by all threads. */
  readonly weights: SharedArrayBuffer
  /** Of this thread: control words, then its places. */
  readonly places: SharedArrayBuffer
}

const word = 4

/** A buffer for the weights that the programs read. */
export const weightsBuffer = (programs: ProgramsBySize): SharedArrayBuffer =>
  new SharedArrayBuffer(word * sum(weightValues(programs).map(([, length]) => length)))

/** A buffer for a thread that computes up to `count` shards at a time. */
export const placesBuffer = (programs: ProgramsBySize, count: number): SharedArrayBuffer =>
  new SharedArrayBuffer(word * (controlWords(count) + count * placeLength(programs)))

export class ShardMemory {
  /** The state; the number of shards; the number of sequences of each. */
  readonly control: Int32Array
  readonly weights: ReadonlyMap<string, Float32Array>
  private readonly places = new Map<string, Place>()

  constructor(
    private readonly programs: ProgramsBySize,
    private readonly buffers: SharedBuffers,
    private readonly count: number,
  ) {
    this.control = new Int32Array(buffers.places, 0, controlWords(count))
    let offset = 0
    this.weights = new Map(
      weightValues(programs).map(([name, length]) => {
        const view = new Float32Array(buffers.weights, word * offset, length)
        offset += length
        return [name, view]
      }),
    )
  }

  /** The memory of a shard of so many sequences: inputs and outputs by name. */
  place(index: number, size: number): Place {
    const key = `${index}/${size}`
    const place = this.places.get(key) ?? this.makePlace(index, size)
    this.places.set(key, place)
    return place
  }

  private makePlace(index: number, size: number): Place {
    let offset = controlWords(this.count) + index * placeLength(this.programs)
    const view = ({ dtype, shape }: Value): TensorData => {
      const at = word * offset
      const length = sizeOf(shape)
      offset += length
      const { places } = this.buffers
      return dtype === 'int32' ? new Int32Array(places, at, length) : new Float32Array(places, at, length)
    }
    const { inputs, outputs } = this.programs.get(size)!
    return {
      feeds: new Map(inputs.map(({ name, value }) => [name, view(value)])),
      outputs: new Map(shardOutputs.map((name) => [name, view(outputs.get(name)!)])),
    }
  }
}

const controlWords = (count: number): number => 2 + count

function weightValues(programs: ProgramsBySize): [string, number][] {
  const [program] = [...programs.values()]
  const lengths = new Map(program!.states.map(({ name, value }) => [name, sizeOf(value.shape)]))
  return weightsRead(program!).map((name) => [name, lengths.get(name)!])
}

function placeLength(programs: ProgramsBySize): number {
  const lengths = [...programs.values()].map(({ inputs, outputs }) => {
    const values = [...inputs.map(({ value }) => value), ...shardOutputs.map((name) => outputs.get(name)!)]
    return sum(values.map(({ shape }) => sizeOf(shape)))
  })
  return Math.max(...lengths)
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
