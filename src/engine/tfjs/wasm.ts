/**
 * The only module that imports TensorFlow.js: loads its WASM backend once and provides the C++ kernels (XNNPACK with SIMD).
 * Programs have static shapes, so plans call these kernels directly on regions of the heap that they lay out themselves; the
 * bookkeeping of tf.Tensor would cost 5 to 25 µs per operation, while a kernel takes 1 µs on a small tensor.
 */
import { LabError } from '@core/errors'

/** Tensors are ids registered on the heap; shapes are pointers to int32 arrays; types are numbers (float32 is 0). */
export interface WasmModule {
  /** Replaced when the heap grows: check before reusing a view of its buffer. */
  readonly HEAPU8: Uint8Array<ArrayBuffer>
  /** 0 when the heap is full; a signed number above 2 GB. */
  readonly _malloc: (bytes: number) => number
  readonly _free: (offset: number) => void
  readonly _register_tensor: (id: number, length: number, offset: number) => void
  /** Releases the tensor and what XNNPACK packed from it. */
  readonly _dispose_data: (id: number) => void

  readonly _Add: BinaryKernel
  readonly _Sub: BinaryKernel
  readonly _Multiply: BinaryKernel
  readonly _RealDiv: BinaryKernel
  readonly _Neg: UnaryKernel
  readonly _Log: UnaryKernel
  readonly _Sqrt: UnaryKernel
  readonly _Rsqrt: UnaryKernel
  readonly _Square: UnaryKernel
  readonly _Sigmoid: (x: number, output: number) => void
  readonly _Relu: UnaryKernel
  /** Replaces NaN by the smallest value. */
  readonly _ClipByValue: (x: number, smallest: number, largest: number, output: number) => void
  readonly _Sum: (x: number, reduced: number, type: number, output: number) => void
  readonly _Softmax: (x: number, output: number, channels: number, rows: number) => void
  readonly _Transpose: (
    x: number,
    shape: number,
    rank: number,
    type: number,
    output: number,
    permutation: number,
    permutationRank: number,
  ) => void
  readonly _BatchMatMul: (
    a: number,
    aShape: number,
    aRank: number,
    b: number,
    bShape: number,
    bRank: number,
    transposeA: number,
    transposeB: number,
    output: number,
  ) => void
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

/** Sets the location of the backend's .wasm files: their common folder or address, or the location of each by name. */
export type WasmFiles = () => string | Readonly<Record<string, string>>

let loading: Promise<WasmModule> | undefined

/** Throws LabError `engine.unavailable` if WebAssembly cannot be set up. */
export function loadWasm(files: WasmFiles): Promise<WasmModule> {
  loading ??= load(files)
  return loading
}

async function load(files: WasmFiles): Promise<WasmModule> {
  try {
    const tf = await import('@tensorflow/tfjs')
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
    setWasmPaths(files())
    tf.enableProdMode()
    if (!(await tf.setBackend('wasm'))) throw new Error('the WASM backend did not start')
    await tf.ready()
    return (tf.backend() as unknown as { readonly wasm: WasmModule }).wasm
  } catch (error) {
    throw new LabError('engine.unavailable', { engine: 'tfjs', detail: error instanceof Error ? error.message : String(error) })
  }
}
