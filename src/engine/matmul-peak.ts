/** Matrix multiplication speed of an engine on this machine: the reference for benchmark figures. */
import { ProgramBuilder } from '@core/program/builder'
import type { Executor } from './executor'
import type { Surroundings } from './surroundings'

const size = 768
/** Duration in milliseconds and minimum number of repetitions. */
const period = 200
const fewest = 3

/** GFLOP/s of a large square product. Takes the best of several runs, as disturbances only ever slow one down. */
export async function matmulPeak(executor: Executor, { now }: Pick<Surroundings, 'now'>): Promise<number> {
  const b = new ProgramBuilder()
  const [left, right] = ['left', 'right'].map((name) =>
    b.state({
      name,
      block: '',
      role: 'weight',
      shape: [size, size],
      initialiser: { kind: 'ones' },
      trainable: true,
      decay: false,
    }),
  )
  b.output('corner', b.slice(b.matmul(left!, right!), [0, 0], [1, 1]))
  const program = b.build()
  const store = executor.createStore()
  const executable = executor.compile(program, store)
  store.write(new Map(program.states.map(({ name }) => [name, new Float32Array(size * size).fill(1)])))
  await executable.run({}, ['corner'])
  let fastest = Infinity
  const began = now()
  for (let run = 0; run < fewest || now() - began < period; run++) {
    const before = now()
    await executable.run({}, ['corner'])
    fastest = Math.min(fastest, now() - before)
  }
  executable.dispose()
  store.dispose()
  return (2 * size ** 3) / fastest / 1e6
}
