/**
 * Batches divided into shards: each shard is a function of the weights and its sequences, so any thread can compute it. The number of shards is
 * a setting of the lab, that of threads is not: fewer threads take turns and compute the same bytes.
 */
import type { LabDocument } from '@core/lab/document'
import { sameShape, sizeOf } from '@core/program/shapes'
import type { Program } from '@core/program/types'
import type { Signature } from '@core/signature'
import type { Feeds, TensorData } from './executor'
import type { Compiled, Model } from './model'

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
  /** Resolves when each has started, or could not: to the number that did. */
  readonly count: Promise<number>
  /** For each thread in order, the shards it computes now. Weights and inputs are copied before it returns. */
  start(weights: ReadonlyMap<string, Float32Array>, work: readonly (readonly Shard[])[]): void
  /** The outputs of a thread's shards, which are valid until the next start; null if the thread failed. */
  finish(thread: number): Promise<readonly ShardOutputs[] | null>
  dispose(): void
}

/** The outputs of a shard by name. */
export type ShardOutputs = ReadonlyMap<string, TensorData>
export const shardOutputs = ['metric/loss/sum', 'metric/loss/count', 'metric/accuracy/sum', 'gradients'] as const

/** The weights that a shard reads. */
export function weightsRead({ states, ops }: Program): readonly string[] {
  const read = new Set(ops.flatMap(({ inputs }) => inputs))
  return states.filter(({ value }) => read.has(value)).map(({ name }) => name)
}

/** Sizes of `shards` parts of a batch that differ by one at most, the larger ones first. */
export function shardSizes(batchSize: number, shards: number): number[] {
  return Array.from({ length: shards }, (_, index) => Math.floor(batchSize / shards) + Number(index < batchSize % shards))
}

export class Shards {
  readonly update: Compiled
  /** Room for the sum of the gradients of all shards of a step. */
  readonly gradients: Float32Array
  private readonly sizes: readonly number[]
  private readonly wholeShapes: ReadonlyMap<string, readonly number[]>
  private threads: ShardThreads | null = null
  private count: number | null = null

  /** Throws LabError for a lab whose batches cannot be divided. */
  constructor(private readonly model: Model) {
    const { batchSize, shards } = model.lab.training
    this.update = model.program('train', { shard: 'update' })
    this.sizes = shardSizes(batchSize, shards)
    this.wholeShapes = new Map(model.program('train').program.inputs.map(({ name, value }) => [name, value.shape]))
    for (const shard of [0, shards - 1]) this.requireRows(shard)
    this.gradients = new Float32Array(sizeOf(this.program(0).program.outputs.get('gradients')!.shape))
  }

  /** Threads that compute shards, this one included; null before the first step. */
  get threadCount(): number | null {
    return this.count
  }

  /** The program of a shard. */
  program(shard: number): Compiled {
    return this.model.program('train', { batch: this.sizes[shard]!, shard: 'gradients' })
  }

  /** The inputs of each shard, from those of a whole batch: the rows of its sequences, or all of what has no axis for them. */
  divide(feeds: Feeds): Feeds[] {
    let begin = 0
    return this.sizes.map((size, shard) => {
      const entries = this.program(shard).program.inputs.map(({ name, value: { shape } }) => {
        const whole = feeds[name]!
        if (sameShape(shape, this.wholeShapes.get(name)!)) return [name, whole] as const
        const row = sizeOf(shape) / size
        return [name, whole.subarray(begin * row, (begin + size) * row)] as const
      })
      begin += size
      return Object.fromEntries(entries)
    })
  }

  /** Throws a TypeError for an input whose first axis is not that of the sequences, though its size depends on their number. */
  private requireRows(shard: number): void {
    const { batchSize } = this.model.lab.training
    for (const { name, value } of this.program(shard).program.inputs) {
      const whole = this.wholeShapes.get(name)!
      const [rows, ...rest] = value.shape
      const isDivided = rows === this.sizes[shard] && whole[0] === batchSize && sameShape(rest, whole.slice(1))
      if (!isDivided && !sameShape(value.shape, whole)) throw new TypeError(`input ${name} cannot be divided into sequences`)
    }
  }

  /** The outputs of all shards in order. */
  async run(feeds: readonly Feeds[]): Promise<ShardOutputs[]> {
    const helping = await this.start()
    const turns = helping + 1
    const shards = feeds.map((each, index) => ({ size: this.sizes[index]!, feeds: each, index }))
    const work = Array.from({ length: turns }, (_, turn) => shards.filter(({ index }) => index % turns === turn))
    const [own = [], ...others] = work
    const weights = this.model.states.views(weightsRead(this.program(0).program))
    if (helping > 0) this.threads!.start(weights, others)
    const outputs: ShardOutputs[] = []
    const compute = async (mine: typeof own) => {
      for (const { index } of mine) outputs[index] = await this.program(index).executable.run(feeds[index]!, shardOutputs)
    }
    const computed: (readonly ShardOutputs[] | null)[] = []
    try {
      await compute(own)
    } finally {
      // Also after an error: a thread must not be working when the next step starts.
      for (const thread of others.keys()) computed.push(await this.threads!.finish(thread))
    }
    for (const [thread, theirs] of others.entries()) {
      const answers = computed[thread]
      if (answers) theirs.forEach(({ index }, i) => (outputs[index] = answers[i]!))
      else await compute(theirs) // it fails here in the same way, or was the fault of the thread
    }
    return outputs
  }

  /** Starts the threads before the first step; returns their number. */
  private async start(): Promise<number> {
    if (this.count === null) {
      const { model, sizes } = this
      const { lab, signature, executor } = model
      this.threads = executor.startThreads?.({ lab, signature, sizes }, sizes.length - 1) ?? null
      if (this.threads) model.whenDisposed(() => this.threads!.dispose())
      this.count = 1 + ((await this.threads?.count) ?? 0)
    }
    return this.count - 1
  }
}
