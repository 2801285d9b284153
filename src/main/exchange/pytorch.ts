/** PyTorch: a folder that trains and runs without us, see `pytorch/folder.ts`. */
import { z } from 'zod'
import { LabError, toProblem, type Problem } from '@core/errors'
import { createExecutor } from '../engine/choose'
import type { Exporter, PlannedExport } from './exporter'
import { bytesOf, writeFiles } from './files'
import { always, pythonModel, withBatches, writeFolder } from './pytorch/folder'
import type { ExportSource } from './source'

/** Why nothing can be written, and what is otherwise there. */
function remarks({ lab, spec, step, task }: ExportSource): Pick<PlannedExport, 'refused' | 'missing'> {
  const batches: Problem[] = task ? [] : [{ code: 'export.no-batches', params: {} }]
  try {
    const { drops } = pythonModel(lab, spec.signature, step)
    const dropout: Problem[] = drops ? [{ code: 'export.dropout', params: {} }] : []
    return { refused: [], missing: [...batches, ...dropout] }
  } catch (error) {
    return { refused: [toProblem(error)], missing: batches }
  }
}

const report = z.object({
  passed: z.boolean(),
  tolerance: z.number(),
  differences: z.record(z.string(), z.number()),
  versions: z.record(z.string(), z.string()),
})

export const pytorch: Exporter = {
  plan(source) {
    const bytes = bytesOf(source.weights)
    const files = [...always, ...(source.task ? withBatches : [])]
    return {
      files: files.map((path) => ({ path, bytes: path === 'weights.safetensors' ? bytes : null })),
      ...remarks(source),
    }
  },

  async write(source, folder, { progress, signal }) {
    const files = await writeFolder(
      source,
      () => createExecutor('auto', () => undefined),
      (done, of) => {
        if (signal.aborted) throw new LabError('cancelled')
        progress({ done, of })
        return Promise.resolve()
      },
    )
    await writeFiles(folder, files)
  },

  async verify({ task }, folder, python, { signal }) {
    if (!task) throw new LabError('export.no-batches')
    const versions = await python.require(['torch', 'safetensors'])
    const told = await python.run(verification, [], { cwd: folder, signal })
    const { differences, tolerance } = report.parse(JSON.parse(told))
    return { differences: Object.entries(differences).map(([name, value]) => ({ name, value, limit: tolerance })), versions }
  },
}

/** As `python verify.py`, without ending in an error where it does not pass. */
const verification = 'import json, verify; print(json.dumps(verify.certificate()))'
