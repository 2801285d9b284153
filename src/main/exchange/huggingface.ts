/** Hugging Face: as GPT-2, BERT or Llama where the graph equals one of them, else with code of its own. */
import { sizeOf } from '@core/program/shapes'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { autoMap, lostTokens } from './auto-map'
import { tokenizersOf, vocabularyFile } from './auto-map/folder'
import type { Exporter } from './exporter'
import { CONFIG } from './huggingface/architecture'
import { nativeModel, writeNative } from './huggingface/native'
import type { ExportSource } from './source'
import { compareWithTransformers } from './transformers'

const weights = 'model.safetensors'

/** Its vocabulary where the libraries have no counterpart. */
function tokeniserFiles(source: ExportSource): [string, string][] {
  const files = tokenizersOf(source)
  return files.length > 0 ? files : [vocabularyFile(source)]
}

export const huggingface: Exporter = {
  plan(source, options) {
    if (!nativeModel(source)) return autoMap.plan(source, options)
    const tokeniser = tokeniserFiles(source).map(([path]) => path)
    const values = [...source.weights.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    const files = [CONFIG, weights, ...tokeniser]
    return {
      files: files.map((path) => ({ path, bytes: path === weights ? values * (options.dtype === 'F32' ? 4 : 2) : null })),
      refused: [],
      missing: lostTokens(source),
    }
  },

  async write(source, folder, writing) {
    const native = nativeModel(source)
    if (!native) return autoMap.write(source, folder, writing)
    writing.progress({ done: 0, of: 1 })
    await writeNative(native, source, folder, writing.options.dtype)
    for (const [path, content] of tokeniserFiles(source)) await writeFile(join(folder, path), content)
    writing.progress({ done: 1, of: 1 })
  },

  verify: compareWithTransformers,
}
