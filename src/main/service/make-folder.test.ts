/** Folders named by the user. */
import { mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeFolder } from './make-folder'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'make-folder-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('creates missing folders, and returns them, the deepest first', async () => {
  const [a, b, c] = [join(folder, 'a'), join(folder, 'a/b'), join(folder, 'a/b/c')] as const
  expect(await makeFolder(b)).toEqual([b, a])
  expect(await makeFolder(c)).toEqual([c])
  expect(await makeFolder(c)).toEqual([])
  expect((await stat(c)).isDirectory()).toBe(true)
})

it('creates each once, however many callers want it at the same time', async () => {
  const made = await Promise.all(Array.from({ length: 8 }, () => makeFolder(join(folder, 'x/y/z'))))
  expect(made.flat().toSorted()).toEqual(['x', 'x/y', 'x/y/z'].map((name) => join(folder, name)))
})

it('names the file that is in the way, and leaves nothing', async () => {
  await writeFile(join(folder, 'file'), '')
  for (const path of ['file', 'file/below/it']) {
    await expect(makeFolder(join(folder, path))).rejects.toMatchObject({
      code: 'folder.is-file',
      params: { path: join(folder, 'file') },
    })
  }
  expect(await readdir(folder)).toEqual(['file'])
})

it('rejects a broken link', async () => {
  await symlink(join(folder, 'nowhere'), join(folder, 'link'))
  await expect(makeFolder(join(folder, 'link'))).rejects.toMatchObject({ code: 'file.failed' })
  expect(await readdir(folder)).toEqual(['link'])
})

it.runIf(process.platform === 'linux')('terminates if a folder exists but none can be created in it', async () => {
  await expect(makeFolder('/proc/attention-lab/runs')).rejects.toMatchObject({ code: 'folder.refused' })
})
