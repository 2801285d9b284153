/** The TensorFlow.js backend's files, as addresses in the page's build. */
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'

export const wasmFiles = (): Readonly<Record<string, string>> => ({
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  // The backend wants an address for every variant. This one needs shared memory, which the page's headers do not ask for.
  'tfjs-backend-wasm-threaded-simd.wasm': simd,
})
