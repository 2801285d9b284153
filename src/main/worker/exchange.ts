/** Jobs that export models, for pages: into a temporary folder, and from there into one file. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join, sep } from 'node:path'
import type { Handlers } from '@core/contract/table'
import type { WorkerMethods } from '@core/contract/worker'
import { LabError } from '@core/errors'
import { writeArchive } from '../classroom/archive'
import { planExport, verifyExport, writeExport } from '../exchange/export'
import { findPython } from '../exchange/python'
import { openSource } from '../exchange/source'

type Jobs = Pick<Handlers<WorkerMethods>, 'planExport' | 'exportModel'>

/** Bytes that a page takes at once. */
const most = 512 * 2 ** 20

/** `root` is the folder of the application's package, where Python may be. */
export const exchangeJobs = (root: string): Jobs => ({
  planExport: async ({ source, to, options }, { signal }) => planExport(await openSource(source, signal), to, options),
  async exportModel({ source: ref, to, options, verify }, { signal, part }) {
    const source = await openSource(ref, signal)
    const python = verify ? await findPython(root) : null
    const { files: planned } = await planExport(source, to, options)
    const size = planned.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)
    if (size > most)
      throw new LabError('export.too-large-here', { megabytes: Math.round(size / 1e6), limit: Math.floor(most / 1e6) })
    const folder = await mkdtemp(join(tmpdir(), 'attention-lab-export-'))
    try {
      const writing = { options, signal, progress: part }
      await writeExport(source, to, folder, writing)
      const certificate = python && (await verifyExport(source, to, folder, python, writing))
      const names = await readdir(folder, { recursive: true, withFileTypes: true })
      const paths = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
      const files = await Promise.all(
        paths.map(
          async (path) => [path.slice(folder.length + 1).replaceAll(sep, '/'), new Uint8Array(await readFile(path))] as const,
        ),
      )
      const [[name, bytes] = ['', new Uint8Array()], ...others] = files
      const isAlone = others.length === 0 && name.startsWith('model.') // others are found by their names
      return {
        bytes: isAlone ? bytes : writeArchive(new Map(files), 0), // weights do not compress
        extension: isAlone ? extname(name).slice(1) : 'zip',
        certificate,
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
})
