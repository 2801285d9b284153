/** Runs a model file of ONNX as it is, with named inputs: for what was exported. */
import { loadRuntime, sessionOptions } from './runtime'

export interface NamedTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}

export interface ForeignModel {
  /** Names of its outputs. */
  readonly outputs: readonly string[]
  run(inputs: ReadonlyMap<string, NamedTensor>): Promise<ReadonlyMap<string, NamedTensor>>
  release(): Promise<void>
}

/** Throws LabError `engine.unavailable`, or the error of ONNX Runtime for a file that it cannot read. */
export async function openForeign(path: string): Promise<ForeignModel> {
  const runtime = await loadRuntime()
  const session = await runtime.InferenceSession.create(path, sessionOptions('look', 1))
  return {
    outputs: session.outputNames,
    async run(inputs) {
      const fed = [...inputs].map(([name, { shape, data }]) => [
        name,
        data instanceof Float32Array ? new runtime.Tensor('float32', data, shape) : new runtime.Tensor('int32', data, shape),
      ])
      const results = await session.run(Object.fromEntries(fed) as Record<string, InstanceType<typeof runtime.Tensor>>)
      return new Map(
        Object.entries(results).map(([name, { dims, data }]) => [name, { shape: dims, data: data as NamedTensor['data'] }]),
      )
    },
    release: () => session.release(),
  }
}
