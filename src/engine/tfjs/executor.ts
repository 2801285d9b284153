/** The TensorFlow.js engine: programs run as plans of its WASM kernels. Present on every machine. */
import type { Program, Value } from '@core/program/types'
import type { Culprit, Executable, Executor, Feeds, TensorData } from '../executor'
import { findCulprit } from './diagnosis'
import { buildPlan, type Plan } from './plan'
import { TfjsStates } from './states'
import { loadWasm, type WasmFiles, type WasmModule } from './wasm'

/** Looks request many different outputs: beyond this number, the least recently used plan is dropped. */
const mostPlans = 8

/** Throws LabError `engine.unavailable`. */
export async function createTfjsExecutor(files: WasmFiles): Promise<Executor> {
  const wasm = await loadWasm(files)
  return {
    name: 'tfjs',
    createStore: () => new TfjsStates(wasm),
    compile(program, store) {
      if (!(store instanceof TfjsStates)) throw new TypeError('the store belongs to another engine')
      store.add(program.states)
      return new TfjsExecutable(wasm, program, store)
    },
  }
}

class TfjsExecutable implements Executable {
  readonly threads = 1
  /** One plan per set of outputs. */
  private readonly plans = new Map<string, Plan>()
  private uncommittedPlan: Plan | undefined

  constructor(
    private readonly wasm: WasmModule,
    private readonly program: Program,
    private readonly store: TfjsStates,
  ) {}

  async run(feeds: Feeds, wanted: readonly string[], update = false): Promise<Map<string, TensorData>> {
    const plan = this.planFor(wanted, update)
    feed(plan, feeds)
    for (const { kernel } of plan.steps) kernel()
    this.uncommittedPlan = update ? plan : undefined
    return new Map(wanted.map((name) => [name, read(plan, this.output(name))]))
  }

  commit(): void {
    const plan = this.uncommittedPlan
    if (!plan) throw new TypeError('commit: the last run computed no update')
    this.uncommittedPlan = undefined
    const held = new Set(this.program.states.map(({ value }) => value))
    const updates = [...this.program.updates].map(([name, value]) => {
      const data = plan.regionOf(value).floats()
      // An update that is itself a state could be overwritten before it is copied.
      return [this.store.regionOf(name), held.has(value) ? data.slice() : data] as const
    })
    for (const [region, data] of updates) region.floats().set(data)
  }

  uncommitted(states: readonly string[]): Map<string, Float32Array> {
    const plan = this.uncommittedPlan
    const written = states.flatMap((name) => {
      const value = plan && this.program.updates.get(name)
      return value ? [[name, plan.regionOf(value).floats().slice()] as const] : []
    })
    return new Map(written)
  }

  async diagnose(feeds: Feeds, wanted: readonly string[]): Promise<Culprit | null> {
    const plan = this.planFor(wanted, false)
    feed(plan, feeds)
    return findCulprit(this.program, plan)
  }

  dispose(): void {
    for (const key of [...this.plans.keys()]) this.drop(key)
  }

  private planFor(wanted: readonly string[], update: boolean): Plan {
    const key = JSON.stringify([wanted, update])
    const known = this.plans.get(key)
    if (known) {
      // Moved to the end, so that the first is the least recently used.
      this.plans.delete(key)
      this.plans.set(key, known)
      return known
    }
    if (this.plans.size === mostPlans) this.drop([...this.plans.keys()][0]!)
    const roots = wanted.map((name) => this.output(name)).concat(update ? [...this.program.updates.values()] : [])
    const plan = buildPlan(this.wasm, this.program, roots, (name) => this.store.regionOf(name))
    this.plans.set(key, plan)
    return plan
  }

  private drop(key: string): void {
    const plan = this.plans.get(key)
    if (plan === this.uncommittedPlan) this.uncommittedPlan = undefined
    plan?.dispose()
    this.plans.delete(key)
  }

  private output(name: string): Value {
    const value = this.program.outputs.get(name)
    if (!value) throw new TypeError(`the program has no output called ${name}`)
    return value
  }
}

function feed(plan: Plan, feeds: Feeds): void {
  for (const { name, value } of plan.inputs) {
    const data = feeds[name]
    const region = plan.regionOf(value)
    if (data?.length !== region.length) {
      throw new TypeError(`input ${name}: takes ${region.length} numbers, got ${data?.length ?? 'nothing'}`)
    }
    if (value.dtype === 'int32') region.integers().set(data)
    else region.floats().set(data)
  }
}

function read(plan: Plan, value: Value): TensorData {
  const region = plan.regionOf(value)
  return value.dtype === 'int32' ? region.integers().slice() : region.floats().slice()
}
