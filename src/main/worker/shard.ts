/** Entry of a thread of a worker: computes shards of batches until it is told to end. See `shard-threads.ts`. */
import { parentPort, workerData } from 'node:worker_threads'
import { createExecutor } from '../engine/choose'
import { ShardMemory, states } from '../engine/shard-memory'
import { programsOf, type ShardTask } from '../engine/shard-threads'
import { shardOutputs } from '@engine/shards'
import type { Feeds } from '@engine/executor'

const task = workerData as ShardTask
const executor = await createExecutor(task.engine, () => undefined)
const programs = programsOf(task)
const memory = new ShardMemory(programs, task.buffers, task.count)
const store = executor.createStore()
const executables = new Map(
  [...programs].map(([size, program]) => [size, executor.compile(program, store, { sharing: task.sizes.length })]),
)
const { control } = memory

parentPort!.postMessage('ready')
for (;;) {
  const state = Atomics.load(control, 0)
  if (state === states.ending) break
  if (state !== states.working) {
    Atomics.wait(control, 0, state)
    continue
  }
  const result = await compute().then(
    () => states.idle,
    () => states.failed,
  )
  Atomics.compareExchange(control, 0, states.working, result)
  Atomics.notify(control, 0)
}
for (const executable of executables.values()) executable.dispose()
store.dispose()

async function compute(): Promise<void> {
  store.write(memory.weights)
  const [, count = 0, ...sizes] = control
  for (const [index, size] of sizes.slice(0, count).entries()) {
    const { feeds, outputs } = memory.place(index, size)
    // Copies, because no engine takes shared memory.
    const own: Feeds = Object.fromEntries([...feeds].map(([name, data]) => [name, data.slice()]))
    const computed = await executables.get(size)!.run(own, shardOutputs)
    for (const [name, data] of outputs) data.set(computed.get(name)!)
  }
}
