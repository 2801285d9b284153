/** Hugging Face: as GPT-2, BERT or Llama where the graph equals one of them, else with code of its own. */
import { autoMap, lostTokens } from './auto-map'
import type { Exporter } from './exporter'
import { bytesOf } from './files'
import { CONFIG } from './huggingface/architecture'
import { nativeModel, nativeTexts, writeNative } from './huggingface/native'
import { compareWithTransformers } from './transformers'

const weights = 'model.safetensors'

export const huggingface: Exporter = {
  plan(source, options) {
    if (!nativeModel(source)) return autoMap.plan(source, options)
    const files = [CONFIG, weights, ...nativeTexts(source).map(([path]) => path)]
    return {
      files: files.map((path) => ({ path, bytes: path === weights ? bytesOf(source.weights, options.dtype) : null })),
      refused: [],
      missing: lostTokens(source),
    }
  },

  async write(source, folder, writing) {
    const native = nativeModel(source)
    if (!native) return autoMap.write(source, folder, writing)
    writing.progress({ done: 0, of: 1 })
    await writeNative(native, source, folder, writing.options.dtype)
    writing.progress({ done: 1, of: 1 })
  },

  verify: compareWithTransformers,
}
