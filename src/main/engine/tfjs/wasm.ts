/**
 * The one door to TensorFlow.js: loads its WASM backend once and hands out the module of C++ kernels (XNNPACK with SIMD).
 * Programs have static shapes, so plans call these kernels directly on regions of the heap that they lay out themselves; the
 * bookkeeping of tf.Tensor would cost 5 to 25 µs for each operation, where a kernel on a small tensor takes 1.
 */
import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import { LabError } from '@core/errors'

/** Tensors are ids registered on the heap; shapes are pointers to int32 arrays; types are numbers (float32 is 0). */
export interface WasmModule {
  /** Replaced when the heap grows: never keep views of its buffer without looking. */
  readonly HEAPU8: Uint8Array<ArrayBuffer>
  /** 0 when the heap is full; a signed number above 2 GB. */
  _malloc(bytes: number): number
  _free(offset: number): void
  _register_tensor(id: number, length: number, offset: number): void
  /** Forgets the tensor and what XNNPACK packed from it. */
  _dispose_data(id: number): void

  _Add: BinaryKernel
  _Sub: BinaryKernel
  _Multiply: BinaryKernel
  _RealDiv: BinaryKernel
  _Neg: UnaryKernel
  _Log: UnaryKernel
  _Sqrt: UnaryKernel
  _Rsqrt: UnaryKernel
  _Square: UnaryKernel
  _Sigmoid(x: number, output: number): void
  _Relu: UnaryKernel
  _Sum(x: number, reduced: number, type: number, output: number): void
  _Softmax(x: number, output: number, channels: number, rows: number): void
  _Transpose(
    x: number,
    shape: number,
    rank: number,
    type: number,
    output: number,
    permutation: number,
    permutationRank: number,
  ): void
  _BatchMatMul(
    a: number,
    aShape: number,
    aRank: number,
    b: number,
    bShape: number,
    bRank: number,
    transposeA: number,
    transposeB: number,
    output: number,
  ): void
}
export type UnaryKernel = (x: number, type: number, output: number) => void
export type BinaryKernel = (
  a: number,
  aShape: number,
  aRank: number,
  b: number,
  bShape: number,
  bRank: number,
  type: number,
  output: number,
) => void

let loading: Promise<WasmModule> | undefined

/** Throws LabError `engine.unavailable` where WebAssembly cannot be set up. */
export function loadWasm(): Promise<WasmModule> {
  loading ??= load()
  return loading
}

async function load(): Promise<WasmModule> {
  try {
    const tf = await import('@tensorflow/tfjs')
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
    setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep)
    tf.enableProdMode()
    if (!(await tf.setBackend('wasm'))) throw new Error('the WASM backend did not start')
    await tf.ready()
    return (tf.backend() as unknown as { readonly wasm: WasmModule }).wasm
  } catch (error) {
    throw new LabError('engine.unavailable', { engine: 'tfjs', detail: error instanceof Error ? error.message : String(error) })
  }
}
