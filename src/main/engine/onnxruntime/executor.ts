/**
 * The ONNX Runtime engine: a whole training step is one graph on native kernels, of the processor or of a graphics processor. On the processor,
 * it is several times as fast as TensorFlow.js.
 */
import { LRUCache } from 'lru-cache'
import { gpuEngine } from '@core/contract/engine'
import { emitHealth, emitModel } from '@core/onnx/emit'
import { costOf } from '@core/program/cost'
import { flattenUpdates, type FlatState } from '@core/program/passes/flat-updates'
import type { Program } from '@core/program/types'
import { traceCulprit, type Health } from '@engine/culprit'
import type { Culprit, Executable, Executor, Feeds, TensorData } from '@engine/executor'
import { asOfDevice, orOutOfMemory } from './errors'
import { findGpu, type Gpu } from './gpu'
import { loadRuntime, mostThreads, type OnnxRuntime } from './runtime'
import { Session } from './session'
import { OnnxStates, type Segment } from './states'
import { StepSession } from './step-session'
import { threadCounts } from './thread-choice'

/** Views request many different outputs: beyond this number, the least recently used session is dropped. */
const mostSessions = 8

/**
 * FLOPs per step from which more than one thread is tried. Sharing less work, such as one generated token, gains nothing, and waiting
 * for a thread that has lost its core to other work costs milliseconds.
 */
const leastShared = 5e6

/**
 * Bytes of weights up to which programs with fixed ones keep copies of them as constants: that saves the passing of each to every run, and
 * the library packs them for its products. Beyond this, that gains little and takes memory.
 */
const mostFixed = 32e6

/** Throws LabError `engine.unavailable`. */
export async function createOnnxExecutor(): Promise<Executor> {
  return executorOn(await loadRuntime(), null)
}

/** On the graphics processor. Throws LabError `engine.unavailable` or `engine.no-device`. */
export async function createGpuExecutor(): Promise<Executor> {
  const runtime = await loadRuntime()
  return executorOn(runtime, await findGpu(runtime))
}

function executorOn(runtime: OnnxRuntime, gpu: Gpu | null): Executor {
  return {
    name: gpu ? gpuEngine : 'onnxruntime',
    device: gpu?.device,
    createStore: () => new OnnxStates(),
    compile(program, store, { sharing = null, isFixed = false } = {}) {
      if (!(store instanceof OnnxStates)) throw new TypeError('the store belongs to another engine')
      store.add(program.states)
      return new OnnxExecutable(runtime, gpu, program, store, sharing, isFixed)
    },
  }
}

class OnnxExecutable implements Executable {
  /** One session per set of outputs. */
  private readonly sessions = new LRUCache<string, Promise<Session | StepSession>>({
    max: mostSessions,
    // A session that could not be opened need not be released.
    dispose: (session) => void session.then((opened) => opened.release()).catch(() => undefined),
  })
  private step: StepSession | undefined
  private readonly training: { readonly program: Program; readonly flats: readonly FlatState[] }
  private written: readonly Segment[] | undefined

  constructor(
    private readonly runtime: OnnxRuntime,
    private readonly gpu: Gpu | null,
    private readonly program: Program,
    private readonly store: OnnxStates,
    private readonly sharing: number | null,
    private readonly isFixed: boolean,
  ) {
    this.training = flattenUpdates(program)
  }

  get threads(): number | null {
    return this.gpu ? 1 : (this.step?.chosen ?? null)
  }

  async run(feeds: Feeds, wanted: readonly string[], update = false): Promise<Map<string, TensorData>> {
    this.written = undefined
    for (const name of wanted) {
      if (!this.program.outputs.has(name)) throw new TypeError(`the program has no output called ${name}`)
    }
    try {
      const session = await this.sessionFor(wanted, update)
      const segments = update ? this.segments() : new Map<string, Segment>()
      if (session instanceof StepSession) this.step = session
      const outputs = await session.run(feeds, this.store, segments)
      if (update) this.written = [...segments.values()]
      return outputs
    } catch (error) {
      throw this.gpu ? asOfDevice(error, this.gpu.device) : orOutOfMemory(error, () => costOf(this.program).bytes)
    }
  }

  commit(): void {
    if (!this.written) throw new TypeError('commit: the last run computed no update')
    for (const segment of this.written) segment.swap()
    this.written = undefined
  }

  uncommitted(states: readonly string[]): Map<string, Float32Array> {
    const written = this.written ? states.filter((name) => this.program.updates.has(name)) : []
    return new Map(written.map((name) => [name, this.store.next(name).slice()]))
  }

  /** On the processor, whose kernels let no NaN disappear. */
  async diagnose(feeds: Feeds, wanted: readonly string[]): Promise<Culprit | null> {
    const emitted = emitHealth(this.program, wanted)
    if (!emitted) return null
    const session = await Session.open(this.runtime, emitted.model, 'diagnosis')
    try {
      const found = (await session.run(feeds, this.store, new Map())).get('health')!
      const names: readonly Health[] = ['finite', 'infinity', 'nan']
      return traceCulprit(this.program, new Map(emitted.values.map((value, i) => [value, names[found[i]!]!])))
    } finally {
      await session.release()
    }
  }

  dispose(): void {
    this.sessions.clear()
  }

  private get isShared(): boolean {
    return costOf(this.program).flops.total >= leastShared
  }

  /** The numbers of the states that become constants of the models. */
  private fixed(): ReadonlyMap<string, Float32Array> {
    const { states, updates } = this.program
    const names = states.filter(({ name }) => !updates.has(name)).map(({ name }) => name)
    const fixed = this.isFixed ? this.store.views(names) : new Map<string, Float32Array>()
    const bytes = [...fixed.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
    return bytes > mostFixed ? new Map() : fixed
  }

  /** The target of each update, by its name in the flat program. */
  private segments(): Map<string, Segment> {
    const { program, flats } = this.training
    const parts = new Map(flats.map((flat) => [flat.name, flat.parts]))
    return new Map([...program.updates.keys()].map((name) => [name, this.store.segmentOf(parts.get(name) ?? [name])]))
  }

  private sessionFor(wanted: readonly string[], update: boolean): Promise<Session | StepSession> {
    const key = JSON.stringify([wanted, update])
    const known = this.sessions.get(key)
    if (known) return known
    const { runtime, gpu } = this
    const emitted = emitModel(update ? this.training.program : this.program, wanted, update, {
      ...(gpu ? { dialect: 'gpu' } : { fixed: this.fixed() }),
    })
    const isStep = update || this.sharing !== null
    const threads = Math.max(1, Math.floor(mostThreads / (this.sharing ?? 1)))
    const counts = this.isShared ? threadCounts(threads) : [1]
    const opening = gpu
      ? Session.open(runtime, emitted, update ? 'step' : 'look', 1, gpu.provider)
      : isStep
        ? StepSession.open(runtime, emitted, counts, this.isFixed ? 'generation' : 'step')
        : Session.open(runtime, emitted, 'look', this.isFixed && !this.isShared ? 1 : mostThreads)
    const session = opening.catch((error: unknown) => {
      this.sessions.delete(key)
      throw error
    })
    this.sessions.set(key, session)
    return session
  }
}
