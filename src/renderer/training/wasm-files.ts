/** URLs of the TensorFlow.js WASM files in the build. */
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'

export const wasmFiles = (): Readonly<Record<string, string>> => ({
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  // The backend requires a URL for every variant. This one is never loaded: it needs shared memory, which requires COOP/COEP headers.
  'tfjs-backend-wasm-threaded-simd.wasm': simd,
})
