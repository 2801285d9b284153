/** `report RUN…`: one HTML file about saved runs, the same as the page writes. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beginningOf } from '@core/contract/run-outline'
import { LabError } from '@core/errors'
import { writeReport } from '@core/report/report'
import type { ReportRun } from '@core/report/run'
import { machineName } from '../engine/surroundings'
import { writeAtomically } from '../service/files'
import { readMetrics } from '../service/metrics-file'
import { metricsPath, readRecord, readRequest } from '../service/run-files'
import { readLabel } from '../service/run-label'
import type { Texts } from '../texts'
import type { Output } from './output'
import { reportTextsIn } from './report-texts'

export interface ReportOptions {
  readonly json: boolean
  /** Folders saved by `train --out`, or ids of runs of the workbench. */
  readonly runs: readonly string[]
  readonly out: string
}

interface Context {
  readonly output: Output
  readonly texts: Texts
  readonly version: string
  /** The folder of the workbench's runs. */
  readonly kept: string
}

/** More runs could not be told apart by their letters and lines. */
export const mostReported = 10

/** Throws LabError `folder.no-training` for what is no run, and `file.exists`, so that nothing is replaced. */
export async function report({ json, runs, out }: ReportOptions, { output, texts, version, kept }: Context): Promise<number> {
  if (existsSync(out)) throw new LabError('file.exists', { path: out })
  const read = await Promise.all(runs.map((run, index) => readRun(run, String.fromCharCode(65 + index), kept, texts)))
  const html = writeReport({ runs: read, machine: machineName(), version, date: new Date() }, reportTextsIn(texts.language))
  await writeAtomically(out, html)
  if (json) output.json({ type: 'report', path: out, runs: read.map(({ status }) => status.run) })
  else output.line(texts.cli('reportWritten', { path: out, count: read.length }))
  return 0
}

async function readRun(named: string, letter: string, kept: string, texts: Texts): Promise<ReportRun> {
  const own = /^[a-z0-9-]{1,64}$/.test(named) ? join(kept, named) : named
  const folder = existsSync(join(named, 'run.json')) ? named : own
  const record = await readRecord(folder).catch(() => {
    throw new LabError('folder.no-training', { path: named })
  })
  const { status, summary } = record
  return {
    ...{ letter, status, summary, lab: (await readRequest(folder)).lab, begun: beginningOf(status.run) },
    label: await readLabel(folder, () => undefined),
    series: await readMetrics(metricsPath(folder)),
    problem: status.problem && texts.problem(status.problem),
  }
}
