/** Exports a model into a folder: planned first, complete or not at all, and verified if asked. */
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Certificate, ExportOptions, ExportPlan, ExportTarget } from '@core/contract/exchange'
import { fromProblem, LabError, type Problem } from '@core/errors'
import { mergeAdapters, withoutAdapters } from '@core/graph/adapters'
import type { SafeTensor } from '@engine/safetensors'
import { machineName } from '../engine/surroundings'
import { codeOf, fileError } from '../service/file-error'
import { writeAtomically } from '../service/files'
import type { Exporter, Writing } from './exporter'
import { exporters } from './exporters'
import type { Python } from './python'
import type { ExportSource } from './source'

/** What an interrupted export leaves: nobody takes it for a whole one. */
const unfinished = '.unfinished-export'
export const certificateFile = 'certificate.json'

/** The model as a format is given it, and into how many matrices adapters were merged. The optimiser's moments are those of the adapters. */
function givenTo({ keepsAdapters }: Exporter, source: ExportSource, options: ExportOptions) {
  const { lab, weights } = source
  const graph = withoutAdapters(lab.graph)
  if (graph === lab.graph || keepsAdapters?.(options)) return { source, merged: 0 }
  const { tensors, matrices } = mergeAdapters(weights, lab.graph)
  return {
    source: { ...source, lab: { ...lab, graph }, weights: tensors, optimiser: new Map<string, SafeTensor>() },
    merged: matrices.length,
  }
}

export async function planExport(whole: ExportSource, to: ExportTarget, options: ExportOptions): Promise<ExportPlan> {
  const exporter = exporters[to]
  const { source, merged } = givenTo(exporter, whole, options)
  const { files, refused, missing } = await exporter.plan(source, options)
  const note: Problem[] = merged > 0 ? [{ code: 'export.adapters-merged', params: { count: merged } }] : []
  return { to, files, refused, missing: [...note, ...missing], verifiable: exporter.verify !== undefined }
}

/**
 * Writes into a folder that is empty and nobody else's, under another name until everything is there. Throws LabError: the first reason of a
 * plan that refuses, or why it cannot be written; then the folder is as it was.
 */
export async function writeExport(
  source: ExportSource,
  to: ExportTarget,
  folder: string,
  writing: Writing,
): Promise<ExportPlan> {
  const plan = await planExport(source, to, writing.options)
  const [refusal] = plan.refused
  if (refusal) throw fromProblem(refusal)
  const stage = join(folder, unfinished)
  try {
    await mkdir(stage)
    const exporter = exporters[to]
    await exporter.write(givenTo(exporter, source, writing.options).source, stage, writing)
    if (writing.signal.aborted) throw new LabError('cancelled')
    for (const name of await readdir(stage)) await rename(join(stage, name), join(folder, name))
    await rmdir(stage)
  } catch (error) {
    await rm(stage, { recursive: true, force: true })
    throw codeOf(error) === '' ? error : fileError(folder, error)
  }
  return plan
}

/** Executes what was written, and keeps the certificate beside it, whatever it says. Throws LabError `export.not-verifiable`, or of Python. */
export async function verifyExport(
  source: ExportSource,
  to: ExportTarget,
  folder: string,
  python: Python,
  writing: Writing,
): Promise<Certificate> {
  const exporter = exporters[to]
  if (!exporter.verify) throw new LabError('export.not-verifiable', { to })
  const given = givenTo(exporter, source, writing.options).source
  const { differences, versions } = await exporter.verify(given, folder, python, writing)
  const certificate: Certificate = {
    ...{ to, differences, versions, machine: machineName(), date: new Date().toISOString() },
    passed: differences.length > 0 && differences.every(({ value, limit }) => value <= limit),
  }
  await writeAtomically(join(folder, certificateFile), `${JSON.stringify(certificate, null, 2)}\n`)
  return certificate
}
