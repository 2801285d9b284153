import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isTemporaryName, writeAtomically } from './files'

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'files-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

it('supports file names of the maximum length', async () => {
  const name = `${'问'.repeat(82)}.lab.json` // 246 + 9 bytes
  expect(Buffer.byteLength(name)).toBe(255)
  await writeAtomically(join(folder, name), 'content')
  expect(await readdir(folder)).toEqual([name])
  expect(await readFile(join(folder, name), 'utf8')).toBe('content')
})

it('rejects longer names, and leaves nothing', async () => {
  await expect(writeAtomically(join(folder, 'x'.repeat(256)), 'content')).rejects.toMatchObject({ code: 'file.name-too-long' })
  expect(await readdir(folder)).toEqual([])
})

it('recognises its own temporary files, and no others', () => {
  const id = '0123456789abcdef'
  for (const name of ['memory.json', `${id}.txt`, `${id}${id}.json`, 'several-heads.json'])
    expect(isTemporaryName(`${name}.89abcdef.tmp`)).toBe(true)
  for (const name of ['my notes.json.89abcdef.tmp', 'memory.json.tmp', 'memory.json', 'x.lab.json.89abcdef.tmp'])
    expect(isTemporaryName(name)).toBe(false)
})
