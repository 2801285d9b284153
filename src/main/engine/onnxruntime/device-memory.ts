/**
 * Reads tensors in the memory of a graphics processor. The binding of ONNX Runtime keeps outputs there, but cannot download them ("not
 * implemented"): a graph that only passes its input on does, as its output is wanted in ordinary memory.
 */
import { gpuEngine } from '@core/contract/engine'
import { OnnxGraph } from '@core/onnx/graph'
import { encodeModel } from '@core/onnx/model'
import { asOfDevice } from './errors'
import { openSynchronous, type SynchronousSession, type Tensor } from './runtime'

/** By shape. Never released: while one is open, the device and all its memory live. */
const sessions = new Map<string, { readonly session: SynchronousSession; readonly x: string; readonly y: string }>()

/** Copies its numbers. Throws LabError `engine.device-lost`. */
export function download(tensor: Tensor, into: Float32Array): void {
  try {
    const { session, x, y } = sessionFor(tensor.dims)
    into.set(session.run({ [x]: tensor }, { [y]: null }, {})[y]!.data as Float32Array)
  } catch (error) {
    throw asOfDevice(error, gpuEngine)
  }
}

function sessionFor(shape: readonly number[]) {
  const known = sessions.get(shape.join())
  if (known) return known
  const graph = new OnnxGraph('gpu')
  const x = graph.input('float32', shape)
  const y = graph.output(x, 'float32', shape)
  const opened = { session: openSynchronous(encodeModel(graph.build())), x, y }
  sessions.set(shape.join(), opened)
  return opened
}
