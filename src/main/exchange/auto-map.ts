/** Hugging Face with code of its own (`auto_map`), for graphs that are no architecture of transformers; see `auto-map/folder.ts`. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { toProblem, type Problem } from '@core/errors'
import { sizeOf } from '@core/program/shapes'
import { writeSafeTensors } from '@engine/safetensors'
import { createExecutor } from '../engine/choose'
import { computeExpected, type Expected } from './auto-map/expected'
import { autoMapFolder, filesOf } from './auto-map/folder'
import { tokenizerFile } from './auto-map/tokeniser'
import type { Exporter } from './exporter'
import { resource } from './library'
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
function lost({ spec: { tokeniser, source } }: ExportSource): Problem[] {
  return [tokeniser, ...(source ? [source] : [])].flatMap((each): Problem[] => {
    const file = tokenizerFile(each)
    if (!file) return [{ code: 'export.no-tokenizer', params: {} }]
    return file.decodes ? [] : [{ code: 'export.decoded-spaces', params: {} }]
  })
}

const report = z.record(z.string(), z.record(z.string(), z.number()))
/** Largest relative difference of logits. Tokens must be the same. */
const limits: Readonly<Record<string, number>> = { logits: 1e-4 }

/** Writes what {@link comparison} reads. */
export async function writeExpected(folder: string, { tensors, ...rest }: Expected): Promise<void> {
  await writeFile(join(folder, 'expected.safetensors'), writeSafeTensors({ tensors, metadata: {} }))
  await writeFile(join(folder, 'expected.json'), JSON.stringify(rest))
}

/** Takes a folder for caches and then pairs of an exported folder and one with what is expected; prints the differences of each. */
export const comparison = (): string => resource('huggingface/verify.py')

export const autoMap: Exporter = {
  plan(source) {
    const bytes = 4 * [...source.weights.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    return {
      files: filesOf(source).map((path) => ({ path, bytes: path === 'model.safetensors' ? bytes : null })),
      refused: refusals(source),
      missing: lost(source),
    }
  },

  async write(source, folder, { progress }) {
    progress({ done: 0, of: 1 })
    for (const [path, content] of autoMapFolder(source)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), content)
    }
    progress({ done: 1, of: 1 })
  },

  async verify(source, folder, python, { signal }) {
    const versions = await python.require(['transformers', 'tokenizers', 'torch', 'safetensors'])
    const scratch = await mkdtemp(join(tmpdir(), 'attention-lab-verify-'))
    try {
      const executor = await createExecutor('auto', () => undefined)
      await writeExpected(scratch, await computeExpected(executor, source))
      const told = await python.run(comparison(), [scratch, folder, scratch], { signal })
      const [differences] = Object.values(report.parse(JSON.parse(told)))
      return {
        differences: Object.entries(differences!).map(([name, value]) => ({ name, value, limit: limits[name] ?? 0 })),
        versions,
      }
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  },
}
