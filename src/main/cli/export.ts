/** `export LAB|RUN…`: writes models for other programs into a folder, and lets those execute what was written. */
import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import type { Certificate, ExportOptions, ExportPlan, ExportTarget, SourceRef } from '@core/contract/exchange'
import { LabError } from '@core/errors'
import { sizeText } from '@core/numbers'
import { decodeText } from '@core/tasks/text'
import { planExport, verifyExport, writeExport } from '../exchange/export'
import { findPython } from '../exchange/python'
import { openSource, type ExportSource } from '../exchange/source'
import { createDataStore } from '../service/data'
import { readRequest } from '../service/run-files'
import type { Labs } from '../service/labs'
import type { Texts } from '../texts'
import type { Output } from './output'
import { claimOutFolder } from './out-folder'
import { findLab, readData } from './read-lab'

export interface ExportRequest {
  readonly json: boolean
  /** Labs, folders saved by `train --out`, or ids of runs of the workbench. */
  readonly models: readonly string[]
  readonly to: ExportTarget
  /** New or empty; null for a folder named by the model and the format. */
  readonly out: string | null
  /** Only shows what would be written. */
  readonly plan: boolean
  readonly verify: boolean
  readonly at: 'newest' | 'best' | number
  readonly data: string | null
  readonly options: ExportOptions
}

interface Context {
  readonly labs: Labs
  readonly output: Output
  readonly texts: Texts
  readonly interrupted: AbortSignal
  /** The workbench's folder. */
  readonly home: string
  /** The folder of the application's package. */
  readonly root: string
}

interface Planned {
  readonly source: ExportSource
  readonly plan: ExportPlan
}

/** Returns the exit code: 1 if a certificate did not pass. Throws LabError; nothing is then left in the folder. */
export async function exportModels(request: ExportRequest, context: Context): Promise<number> {
  const { to, options, json, verify } = request
  const { output, texts, interrupted: signal, root } = context
  const planned: Planned[] = []
  for (const named of request.models) {
    const source = await openSource(await sourceNamed(named, request, context), signal)
    planned.push({ source, plan: await planExport(source, to, options) })
  }
  for (const each of planned) showPlan(each, request, context)
  if (request.plan) return planned.some(({ plan }) => plan.refused.length > 0) ? 1 : 0
  const python = verify ? await findPython(root) : null // before anything is written, as the next
  if (verify && planned.some(({ plan }) => !plan.verifiable)) throw new LabError('export.not-verifiable', { to })

  const names = uniqueNames(planned.map(({ source }) => source.name))
  const folder = await claimOutFolder(request.out ?? `${names[0]!}-${to}`)
  let passed = true
  try {
    for (const [index, { source }] of planned.entries()) {
      const place = planned.length === 1 ? folder.path : join(folder.path, names[index]!)
      const writing = { options, signal, progress: progressLine(request, context) }
      if (place !== folder.path) await mkdir(place)
      const { files } = await writeExport(source, to, place, writing)
      const certificate = python && (await verifyExport(source, to, place, python, writing))
      if (json) output.json({ type: 'done', path: place, files: files.map(({ path }) => path), certificate })
      else output.line(texts.cli('exported', { path: place }))
      if (certificate && !json) showCertificate(certificate, context)
      passed &&= certificate?.passed ?? true
    }
  } catch (error) {
    // Of several models, those that are complete stay only together.
    for (const name of planned.length === 1 ? [] : names) await rm(join(folder.path, name), { recursive: true, force: true })
    throw error
  } finally {
    await folder.release()
  }
  return passed ? 0 : 1
}

/** Throws LabError like `findLab`, and `folder.no-training`. */
async function sourceNamed(named: string, { at, data }: ExportRequest, { labs, home }: Context): Promise<SourceRef> {
  const own = async (kind: string): Promise<string | null> =>
    data === null ? null : decodeText(await readData(data, kind)).text
  const kept = /^[a-z0-9-]{1,64}$/.test(named) ? join(home, 'runs', named) : ''
  const isSaved = (folder: string): boolean => ['checkpoint.json', 'run.json'].some((file) => existsSync(join(folder, file)))
  if (isSaved(named)) {
    const kind = await readRequest(named).then(
      ({ lab: { task } }) => task.kind,
      () => '',
    )
    return { kind: 'run', directory: named, data: await own(kind), at }
  }
  if (kept !== '' && isSaved(kept)) {
    const { data: id, lab } = await readRequest(kept)
    const text = id === null ? null : await createDataStore(join(home, 'data')).read(id)
    return { kind: 'run', directory: kept, data: (await own(lab.task.kind)) ?? text, at }
  }
  if (at !== 'newest') throw new LabError(at === 'best' ? 'checkpoint.no-best' : 'folder.no-training', placeOf(named, at))
  const lab = await findLab(named, labs).catch((error: unknown) => {
    const isFolder = error instanceof LabError && error.code === 'file.directory'
    throw isFolder ? new LabError('folder.no-training', { path: named }) : error
  })
  return { kind: 'lab', name: basename(named, extname(named)), lab, data: await own(lab.task.kind) }
}

const placeOf = (named: string, at: 'best' | number): Record<string, string> =>
  at === 'best' ? { directory: named } : { path: named }

function uniqueNames(names: readonly string[]): readonly string[] {
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length
    return before === 0 ? name : `${name}-${before + 1}`
  })
}

function showPlan({ source, plan }: Planned, { json, to }: ExportRequest, { output, texts }: Context): void {
  const { files, refused, missing } = plan
  const sentence = (problem: (typeof refused)[number]): object => ({ ...problem, message: texts.problem(problem) })
  if (json) {
    output.json({ type: 'plan', to, name: source.name, step: source.step, files, ...told(refused, missing, sentence) })
    return
  }
  if (!source.trained) output.say(texts.cli('untrained'))
  output.line(texts.cli('exportPlan', { name: source.name, to, step: source.step }))
  for (const { path, bytes } of files) output.line(`  ${path}${bytes === null ? '' : `  ${sizeText(bytes)}`}`)
  for (const problem of [...refused, ...missing])
    output.say(`${problem.node ? `${problem.node}: ` : ''}${texts.problem(problem)}`)
}

const told = <T>(refused: readonly T[], missing: readonly T[], sentence: (problem: T) => object): object => ({
  refused: refused.map(sentence),
  missing: missing.map(sentence),
})

function showCertificate({ passed, differences, versions, machine }: Certificate, { output, texts }: Context): void {
  for (const { name, value, limit } of differences)
    output.line(texts.cli('exportDifference', { name, value: value.toPrecision(2), limit: String(limit) }))
  const libraries = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  output.line(texts.cli(passed ? 'exportPassed' : 'exportFailed', { versions: libraries.join(', '), machine }))
}

/** On a terminal only, one line that is redrawn; JSON lines at most every half second. */
function progressLine({ json }: ExportRequest, { output, texts }: Context): (progress: { done: number; of: number }) => void {
  let last = 0
  return ({ done, of }) => {
    const now = Date.now()
    if (of === 0 || (now - last < 500 && done < of)) return
    last = now
    if (json) output.json({ type: 'progress', done, of })
    else if (output.columns !== null) {
      output.draw(
        `\r${texts.cli('exportProgress', { percent: Math.floor((100 * done) / of) })}\u001b[K${done >= of ? '\n' : ''}`,
      )
    }
  }
}
