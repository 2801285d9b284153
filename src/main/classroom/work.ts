/** Submissions: made from runs on the disk and progress in lessons, and read from an archive. */
import { cpus } from 'node:os'
import { workManifest, workVersion, type Environment, type SubmittedRun, type WorkManifest } from '@core/classroom/work'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { keptLab } from '@core/lab/kept'
import { parseLab } from '@core/lab/read'
import type { LessonProgress } from '@core/lessons/progress'
import type { Points } from '@core/series/series'
import { decodeText } from '@core/tasks/text'
import { writeSafeTensors } from '@engine/safetensors'
import { checkpointsIn } from '../engine/disk-storage'
import { readMetrics } from '../service/metrics-file'
import { metricsPath, readRecord, readRequest } from '../service/run-files'
import { readArchive, writeArchive } from './archive'
import type { Kit } from './kit'
import { listed, readManifest, requireListed, textOf } from './manifest'

export interface Work {
  readonly manifest: WorkManifest
  labOf(run: SubmittedRun): LabDocument
  /** The pupil's own text; null if the run used the kit's. */
  dataOf(run: SubmittedRun): string | null
  /** All states as safetensors; null if they are not included. */
  weightsOf(run: SubmittedRun): Uint8Array<ArrayBuffer> | null
}

const manifestFile = 'work.json'
const kind = { file: manifestFile, format: 'attention-lab-work', version: workVersion, schema: workManifest }
/** Points of a training curve that are included. */
const curvePoints = 1000

/** Throws LabError `archive.…`, or what is wrong with one of its labs. */
export function readWork(bytes: Uint8Array): Work {
  const files = readArchive(bytes)
  const manifest = readManifest(files, kind)
  requireListed(files, manifestFile, manifest.files)
  const labs = new Map<string, LabDocument>()
  for (const { lab, data, weights } of manifest.runs) {
    if (!labs.has(lab)) labs.set(lab, keptLab(parseLab(textOf(files, lab))))
    for (const name of [data, weights]) if (name !== null && !files.has(name)) throw new LabError('archive.missing', { name })
  }
  return {
    manifest,
    labOf: ({ lab }) => labs.get(lab)!,
    dataOf: ({ data }) => (data === null ? null : decodeText(files.get(data)!).text),
    weightsOf: ({ weights }) => (weights === null ? null : files.get(weights)!),
  }
}

export interface RunToSubmit {
  readonly assignment: string
  /** Folder of a finished run. */
  readonly folder: string
  /** The text it was trained on; included only where the assignment lets pupils choose one. */
  readonly data: string | null
}

export interface WorkToSubmit {
  readonly kit: Kit
  readonly pupil: string
  readonly made: Date
  /** In the order they were trained. */
  readonly runs: readonly RunToSubmit[]
  readonly lessons: Readonly<Record<string, LessonProgress>>
  readonly includeWeights: boolean
  /** Of the application. */
  readonly version: string
}

/** Throws LabError: `work.unfinished` for a run that has not finished, `work.no-assignment`, or why a run cannot be read. */
export async function makeWork({
  kit,
  pupil,
  made,
  runs,
  lessons,
  includeWeights,
  version,
}: WorkToSubmit): Promise<Uint8Array<ArrayBuffer>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>()
  const submitted: SubmittedRun[] = []
  for (const [index, run] of runs.entries()) submitted.push(await addRun(run, `${index + 1}`))
  const wanted = new Set(kit.manifest.lessons)
  const manifest: WorkManifest = {
    format: 'attention-lab-work',
    version: workVersion,
    kit: kit.manifest.id,
    pupil,
    made: made.toISOString(),
    runs: submitted,
    lessons: Object.fromEntries(Object.entries(lessons).filter(([id]) => wanted.has(id))),
    files: listed(files),
  }
  return writeArchive(new Map([...files, [manifestFile, encoded(manifest)]]))

  async function addRun({ assignment, folder, data: text }: RunToSubmit, name: string): Promise<SubmittedRun> {
    const asked = kit.manifest.assignments.find(({ id }) => id === assignment)
    if (!asked) throw new LabError('work.no-assignment', { assignment })
    const data = asked.locks.data ? null : text
    const record = await readRecord(folder).catch(() => null) // no run, or not yet begun
    const { summary } = record ?? {}
    if (!summary || record?.status.state !== 'finished') throw new LabError('work.unfinished', { path: folder })
    const { lab } = await readRequest(folder)
    const [labPath, dataPath, weightsPath] = [`labs/${name}.json`, `data/${name}.txt`, `weights/${name}.safetensors`]
    files.set(labPath, encoded(lab))
    if (data !== null) files.set(dataPath, new TextEncoder().encode(data))
    if (includeWeights) files.set(weightsPath, await statesOf(folder))
    const { steps, evaluation, stateHash, engine } = summary
    const losses = (await readMetrics(metricsPath(folder))).get('loss')?.points()
    return {
      ...{ assignment, lab: labPath, data: data === null ? null : dataPath, weights: includeWeights ? weightsPath : null },
      ...{ steps, evaluation, stateHash, environment: environmentHere(engine, version) },
      curve: losses ? evenly(losses) : { steps: [], values: [] },
    }
  }
}

const encoded = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value))

export const environmentHere = (engine: string, version: string): Environment => ({
  ...{ version, engine, runtime: `node ${process.versions.node}`, platform: `${process.platform} ${process.arch}` },
  processor: cpus()[0]?.model.trim().slice(0, 128) ?? '',
})

async function statesOf(folder: string): Promise<Uint8Array<ArrayBuffer>> {
  return writeSafeTensors({ tensors: (await checkpointsIn(folder).read()).states, metadata: {} })
}

/** At most a thousand points, evenly spread, with the first and the last. */
function evenly({ steps, values }: Points): SubmittedRun['curve'] {
  const count = Math.min(curvePoints, steps.length)
  const chosen = Array.from({ length: count }, (_, i) => (count === 1 ? 0 : Math.round((i * (steps.length - 1)) / (count - 1))))
  return { steps: chosen.map((index) => steps[index]!), values: chosen.map((index) => values[index]!) }
}
