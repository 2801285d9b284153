/**
 * Threads of this process that compute shards. Messages would take longer than a step of a small model, so both sides wait for a word of shared
 * memory. The run computes the shards of a thread that fails itself, with the same bytes.
 */
import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { EngineName } from '@core/contract/engine'
import { compile } from '@core/graph/compile'
import type { Executor, Shard, ShardOutputs, ShardPrograms, ShardThreads } from '@engine/executor'

import { placesBuffer, ShardMemory, states, weightsBuffer, type ProgramsBySize, type SharedBuffers } from './shard-memory'

/** What a thread is started with. */
export interface ShardTask extends ShardPrograms {
  readonly engine: EngineName
  readonly buffers: SharedBuffers
  /** Shards that it computes at a time, at most. */
  readonly count: number
}

/** Milliseconds for which this thread is blocked before it handles its messages. */
const longestWait = 10

/** The executor, which starts threads with the built script `shard.js` for the shards of a batch: as many as there are cores. */
export function withShardThreads(executor: Executor, script: string, cores = availableParallelism()): Executor {
  return {
    ...executor,
    startThreads: (programs, most) => new Threads(executor.name as EngineName, programs, script, Math.min(most, cores - 1)),
  }
}

/** The programs by number of sequences. */
export function programsOf({ lab, signature, sizes }: ShardPrograms): ProgramsBySize {
  return new Map(
    [...new Set(sizes)].map((batch) => [batch, compile(lab, signature, { mode: 'train', batch, shard: 'gradients' })]),
  )
}

class Threads implements ShardThreads {
  readonly count: Promise<number>
  private readonly threads: readonly Thread[]
  /** Views of the memory for the weights, which all threads read. */
  private readonly weights: ReadonlyMap<string, Float32Array>

  constructor(engine: EngineName, programs: ShardPrograms, script: string, threads: number) {
    const compiled = programsOf(programs)
    const weights = weightsBuffer(compiled)
    const count = Math.ceil(programs.sizes.length / (threads + 1))
    this.threads = Array.from({ length: threads }, () => {
      const buffers = { weights, places: placesBuffer(compiled, count) }
      const task: ShardTask = { ...programs, engine, buffers, count }
      return new Thread(new ShardMemory(compiled, buffers, count), new Worker(script, { workerData: task }))
    })
    this.weights = this.threads[0]?.memory.weights ?? new Map()
    this.count = Promise.all(this.threads.map(({ isReady }) => isReady)).then((ready) =>
      ready.some(Boolean) ? ready.length : 0,
    )
  }

  start(weights: ReadonlyMap<string, Float32Array>, work: readonly (readonly Shard[])[]): void {
    for (const [name, data] of weights) this.weights.get(name)!.set(data)
    for (const [index, shards] of work.entries()) this.threads[index]!.start(shards)
  }

  finish(thread: number): Promise<readonly ShardOutputs[] | null> {
    return this.threads[thread]!.finish()
  }

  dispose(): void {
    for (const thread of this.threads) thread.end()
  }
}

class Thread {
  /** Resolves when it waits for work or has failed. */
  readonly isReady: Promise<boolean>
  private sizes: readonly number[] = []
  private isGone = false

  constructor(
    readonly memory: ShardMemory,
    worker: Worker,
  ) {
    worker.unref()
    this.isReady = new Promise((resolve) => {
      const leave = () => {
        this.isGone = true
        resolve(false)
      }
      worker
        .once('message', () => resolve(true))
        .once('error', leave)
        .once('exit', leave)
    })
  }

  start(shards: readonly Shard[]): void {
    const { control } = this.memory
    this.sizes = shards.map(({ size }) => size)
    if (this.isGone) return
    control.set([shards.length, ...this.sizes], 1)
    for (const [index, { size, feeds }] of shards.entries()) {
      for (const [name, data] of this.memory.place(index, size).feeds) data.set(feeds[name]!)
    }
    Atomics.store(control, 0, states.working)
    Atomics.notify(control, 0)
  }

  async finish(): Promise<readonly ShardOutputs[] | null> {
    const { control } = this.memory
    while (!this.isGone && Atomics.wait(control, 0, states.working, longestWait) === 'timed-out') await setImmediate()
    if (this.isGone || Atomics.load(control, 0) === states.failed) return null
    return this.sizes.map((size, index) => this.memory.place(index, size).outputs)
  }

  end(): void {
    Atomics.store(this.memory.control, 0, states.ending)
    Atomics.notify(this.memory.control, 0)
  }
}
