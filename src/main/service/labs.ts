/** The built-in labs: JSON files in `resources/labs`, named by the id of the lab. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabSummary } from '@core/contract/lab'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { parseLab } from '@core/lab/read'

export interface Labs {
  list(): Promise<readonly LabSummary[]>
  /** Throws `lab.unknown`. */
  read(id: string): Promise<LabDocument>
}

export function createLabs(directory: string): Labs {
  let loaded: Promise<ReadonlyMap<string, LabDocument>> | undefined
  const labs = (): Promise<ReadonlyMap<string, LabDocument>> => (loaded ??= load(directory))
  return {
    async list() {
      return [...(await labs())].map(([id, { title, summary, task }]) => ({ id, title, summary, task: task.kind }))
    },
    async read(id) {
      const lab = (await labs()).get(id)
      if (!lab) throw new LabError('lab.unknown', { id, known: [...(await labs()).keys()].join(', ') })
      return lab
    },
  }
}

async function load(directory: string): Promise<ReadonlyMap<string, LabDocument>> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.json')).sort()
  const labs = await Promise.all(names.map(async (name) => parseLab(await readFile(join(directory, name), 'utf8'))))
  return new Map(names.map((name, index) => [name.slice(0, -'.json'.length), labs[index]!]))
}
