/** One model loaded by ONNX Runtime: its inputs come from the batch and the states, without copies. */
import type { EmittedInput, EmittedModel } from '@core/onnx/emit'
import { sizeOf } from '@core/program/shapes'
import type { Feeds, TensorData } from '@engine/executor'
import {
  mostThreads,
  sessionOptions,
  type InferenceSession,
  type OnnxRuntime,
  type Provider,
  type Purpose,
  type Tensor,
} from './runtime'
import type { OnnxStates, Segment } from './states'

export class Session {
  /** Tensors on the memory of the states: each state is in one of two buffers. */
  private readonly tensors = new Map<string, WeakMap<ArrayBufferLike, Tensor>>()
  private arrangement = -1
  /** Shapes of the states that are read; those written have the same. */
  private readonly shapes: ReadonlyMap<string, readonly number[]>

  private constructor(
    private readonly runtime: OnnxRuntime,
    private readonly session: InferenceSession,
    private readonly model: Omit<EmittedModel, 'bytes'>,
    /** Whether updates stay on the graphics processor. */
    private readonly keeps: boolean,
  ) {
    const states = model.inputs.flatMap(({ source }) => ('state' in source ? [source.state] : []))
    this.shapes = new Map(states.map(({ name, value }) => [name, value.shape]))
  }

  static async open(
    runtime: OnnxRuntime,
    { bytes, ...model }: EmittedModel,
    purpose: Purpose,
    threads = mostThreads,
    provider: Provider = 'cpu',
  ): Promise<Session> {
    // The binding can keep tensors in the memory of WebGPU only.
    const kept = provider === 'webgpu' ? [...model.updates.values()] : []
    const session = await runtime.InferenceSession.create(bytes, sessionOptions(purpose, threads, provider, kept))
    return new Session(runtime, session, model, provider === 'webgpu')
  }

  /** The outputs by name; updates of states are written to the back buffers of their segments. */
  async run(feeds: Feeds, store: OnnxStates, segments: ReadonlyMap<string, Segment>): Promise<Map<string, TensorData>> {
    if (this.arrangement !== store.arrangement) this.tensors.clear()
    this.arrangement = store.arrangement
    const inputs: Record<string, Tensor> = {}
    for (const input of this.model.inputs) inputs[input.name] = this.inputTensor(input, feeds, store, segments)
    const fetches: Record<string, Tensor | null> = {}
    for (const name of this.model.outputs.values()) fetches[name] = null
    for (const [state, name] of this.model.updates) {
      const next = () => this.tensor(`update ${state}`, segments.get(state)!.next, this.shapes.get(state))
      fetches[name] = this.keeps ? null : next()
    }
    const results = Object.keys(fetches).length > 0 ? await this.session.run(inputs, fetches) : {}
    if (this.keeps) for (const [state, name] of this.model.updates) segments.get(state)!.keepNext(results[name]!)
    return new Map([...this.model.outputs].map(([name, output]) => [name, results[output]!.data as TensorData]))
  }

  release(): Promise<void> {
    return this.session.release()
  }

  private inputTensor(
    { source, limit }: EmittedInput,
    feeds: Feeds,
    store: OnnxStates,
    segments: ReadonlyMap<string, Segment>,
  ): Tensor {
    if ('state' in source) {
      const { name, value } = source.state
      const there = segments.get(name)?.onDevice
      if (there?.dims.join() === value.shape.join()) return there
      return this.tensor(name, segments.get(name)?.current ?? store.view(name), value.shape)
    }
    const { name, value } = source.input
    const data = feeds[name]
    const length = sizeOf(value.shape)
    if (data?.length !== length) throw new TypeError(`input ${name}: takes ${length} numbers, got ${data?.length ?? 'nothing'}`)
    if (value.dtype === 'float32') {
      const floats = data instanceof Float32Array ? data : Float32Array.from(data)
      return new this.runtime.Tensor('float32', floats, value.shape)
    }
    if (limit < Infinity) for (const index of data) requireIndex(index, limit)
    return new this.runtime.Tensor('int32', data as Int32Array, value.shape)
  }

  private tensor(key: string, data: Float32Array, shape: readonly number[] = [data.length]): Tensor {
    const known = this.tensors.get(key) ?? new WeakMap<ArrayBufferLike, Tensor>()
    this.tensors.set(key, known)
    const tensor = known.get(data.buffer) ?? new this.runtime.Tensor('float32', data, shape)
    known.set(data.buffer, tensor)
    return tensor
  }
}

/** Throws a RangeError, because ONNX would count a negative index from the end of the table. */
function requireIndex(index: number, size: number): void {
  if (index < 0 || index >= size) throw new RangeError(`index ${index} is not in [0, ${size})`)
}
