/** Hugging Face with code of its own (`auto_map`), for graphs that are no architecture of transformers; see `auto-map/folder.ts`. */
import { toProblem, type Problem } from '@core/errors'
import { autoMapFolder, filesOf } from './auto-map/folder'
import { tokenizerFile } from './auto-map/tokeniser'
import type { Exporter } from './exporter'
import { bytesOf, writeFiles } from './files'
import { compareWithTransformers } from './transformers'
import { pythonModel } from './pytorch/folder'
import type { ExportSource } from './source'

function refusals({ lab, spec, step }: ExportSource): Problem[] {
  try {
    pythonModel(lab, spec.signature, step)
    return []
  } catch (error) {
    return [toProblem(error)]
  }
}

/** What tokenisers lose. */
export function lostTokens({ spec: { tokeniser, source } }: ExportSource): Problem[] {
  return [tokeniser, ...(source ? [source] : [])].flatMap((each): Problem[] => {
    const file = tokenizerFile(each)
    if (!file) return [{ code: 'export.no-tokeniser', params: { file: 'vocab.json' } }]
    return file.decodes ? [] : [{ code: 'export.decoded-spaces', params: { file: 'tokenizer.json' } }]
  })
}

export const autoMap: Exporter = {
  plan(source) {
    const bytes = bytesOf(source.weights)
    return {
      files: filesOf(source).map((path) => ({ path, bytes: path === 'model.safetensors' ? bytes : null })),
      refused: refusals(source),
      missing: lostTokens(source),
    }
  },

  async write(source, folder, { progress }) {
    progress({ done: 0, of: 1 })
    await writeFiles(folder, autoMapFolder(source))
    progress({ done: 1, of: 1 })
  },

  verify: compareWithTransformers,
}
