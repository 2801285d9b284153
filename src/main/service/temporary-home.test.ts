/** The temporary home of a training: removed with it, or by the next one if its process was killed. Other files stay. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { lockFolder } from './folder-lock'
import { makeTemporaryHome } from './temporary-home'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temporary-home-'))
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, folder)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

/** A folder that looks like a home with content. */
async function folderOf(name: string): Promise<string> {
  const path = join(folder, name)
  await mkdir(join(path, 'runs'), { recursive: true })
  await writeFile(join(path, 'runs', 'weights'), 'kept')
  return path
}

it('is removed with its content', async () => {
  const home = await makeTemporaryHome()
  await writeFile(join(home.path, 'weights'), 'x')
  await home.remove()
  expect(await readdir(folder)).toEqual([])
})

it('is removed by the next one if its process was killed, and not before', async () => {
  const holder = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'])
  await once(holder, 'spawn')
  const path = await folderOf('attention-lab-train-killed')
  await lockFolder(path, holder.pid)
  await (await makeTemporaryHome()).remove()
  expect(await readdir(folder)).toEqual(['attention-lab-train-killed'])
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  await (await makeTemporaryHome()).remove()
  expect(await readdir(folder)).toEqual([])
})

it('leaves folders that were not claimed, have another name, or are links', async () => {
  await folderOf('attention-lab-train-unclaimed')
  const elsewhere = await folderOf('of-another-program')
  await writeFile(join(elsewhere, 'attention-lab.999999999-0123456789ab.lock'), '')
  await symlink(elsewhere, join(folder, 'attention-lab-train-linked'))
  const before = await readdir(folder, { recursive: true })
  await (await makeTemporaryHome()).remove()
  expect(await readdir(folder, { recursive: true })).toEqual(before)
})

it('reports where it cannot be created', async () => {
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, join(folder, 'missing'))
  await expect(makeTemporaryHome()).rejects.toMatchObject({
    code: 'folder.no-temporary',
    params: { path: join(folder, 'missing') },
  })
})
