/**
 * Batches divided into shards: each shard is a function of the weights and its sequences, so any thread can compute it. The number of shards is
 * a setting of the lab, that of threads is not: fewer threads take turns and compute the same bytes.
 */
import { shardsOf } from '@core/lab/document'
import { sameShape, sizeOf } from '@core/program/shapes'
import type { Program } from '@core/program/types'
import type { Feeds, ShardOutputs, ShardThreads } from './executor'
import type { Compiled, Model } from './model'

/** The outputs of a shard that a step needs. */
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
  private helpers: ShardThreads | null = null
  private count: number | null = null

  /** Throws LabError for a lab whose batches cannot be divided. */
  constructor(private readonly model: Model) {
    const { batchSize } = model.lab.training
    const shards = shardsOf(model.lab.training)
    this.update = model.program('train', { shard: 'update' })
    this.sizes = shardSizes(batchSize, shards)
    this.wholeShapes = new Map(model.program('train').program.inputs.map(({ name, value }) => [name, value.shape]))
    for (const shard of [0, shards - 1]) this.requireRows(shard)
    this.gradients = new Float32Array(sizeOf(this.program(0).program.outputs.get('gradients')!.shape))
  }

  /** Threads that compute shards, times those inside the operations of each; null while the fastest number is still being determined. */
  get threads(): number | null {
    const inside = this.program(0).executable.threads
    return this.count === null || inside === null || this.update.executable.threads === null ? null : this.count * inside
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
    if (helping > 0) this.helpers!.start(weights, others)
    const outputs: ShardOutputs[] = []
    const compute = async (mine: typeof own) => {
      for (const { index } of mine) outputs[index] = await this.program(index).executable.run(feeds[index]!, shardOutputs)
    }
    const computed: (readonly ShardOutputs[] | null)[] = []
    try {
      await compute(own)
    } finally {
      // Also after an error: a thread must not be working when the next step starts.
      for (const thread of others.keys()) computed.push(await this.helpers!.finish(thread))
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
      this.helpers = executor.startThreads?.({ lab, signature, sizes }, sizes.length - 1) ?? null
      if (this.helpers) model.whenDisposed(() => this.helpers!.dispose())
      this.count = 1 + ((await this.helpers?.count) ?? 0)
    }
    return this.count - 1
  }
}
