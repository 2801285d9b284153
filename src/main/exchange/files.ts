/** What the formats share about files. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { FloatType } from '@core/contract/exchange'
import { sizeOf } from '@core/program/shapes'
import type { SafeTensor } from '@engine/safetensors'

/** Bytes of weights, without the header of their file. */
export const bytesOf = (weights: ReadonlyMap<string, SafeTensor>, dtype: FloatType = 'F32'): number =>
  (dtype === 'F32' ? 4 : 2) * [...weights.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0)

/** Writes files by path, with slashes, into a folder. */
export async function writeFiles(folder: string, files: Iterable<readonly [string, string | Uint8Array]>): Promise<void> {
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

/** A folder for what only a verification needs, which is removed afterwards. */
export async function inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'attention-lab-verify-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
