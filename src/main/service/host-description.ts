/** Description of a host for its pages. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { HostDescription } from '@core/contract/lab'
import { installedEngines } from '../engine/choose'
import { machineName } from '../engine/surroundings'

const packageFile = z.object({ version: z.string() })

/** `manifest` is the path of the application's package.json. */
export async function describeHost(manifest: string, kind: HostDescription['kind']): Promise<HostDescription> {
  const { version } = packageFile.parse(JSON.parse(await readFile(manifest, 'utf8')))
  return {
    kind,
    version,
    platform: process.platform,
    machine: machineName(),
    dialogs: kind === 'desktop',
    engines: installedEngines(),
  }
}
