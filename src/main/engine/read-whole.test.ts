/** Files that are read piece by piece, and weights that no file gives. */
import { createHash } from 'node:crypto'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readWeights } from './read-weights'
import { readWhole } from './read-whole'
import { nodeSurroundings } from './surroundings'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-whole-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it.each([0, 1, 9, 10, 11, 30])('gives all %d bytes, ten at a time', async (size) => {
  const bytes = Uint8Array.from({ length: size }, (_, index) => index)
  await writeFile(join(folder, 'file'), bytes)
  expect(await readWhole(join(folder, 'file'), 10)).toEqual(bytes)
})

it.runIf(process.env.ATTENTION_LAB_LONG === '1')('reads and hashes more than 2 GiB', { timeout: 120_000 }, async () => {
  const size = 2 ** 31 + 10
  const file = await open(join(folder, 'large'), 'w')
  await file.truncate(size)
  await file.write(Uint8Array.of(7), 0, 1, size - 1)
  await file.close()
  const bytes = await readWhole(join(folder, 'large'))
  expect([bytes.length, bytes.at(-1)]).toEqual([size, 7])
  const expected = createHash('sha256')
  for (let at = 0; at < size; at += 2 ** 28) expected.update(bytes.subarray(at, at + 2 ** 28))
  expect(nodeSurroundings.sha256([bytes])).toBe(expected.digest('hex'))
})

it.runIf(process.platform === 'linux')('takes no weights from a device, which never ends', async () => {
  await expect(readWeights('/dev/zero')).rejects.toMatchObject({ code: 'file.special', params: { path: '/dev/zero' } })
})
