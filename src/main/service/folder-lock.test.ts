/** A lock admits one process at a time to a folder, and ignores processes that have ended. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isLockName, lockFolder } from './folder-lock'
import { processStart } from './process-start'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const claim = (id: number, began: string | null): Promise<void> =>
  writeFile(join(folder, `attention-lab.${id}-${began}.lock`), '')
const sleeper = () => spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'])

it('holds until released, and then leaves nothing', async () => {
  const release = await lockFolder(folder)
  expect((await readdir(folder)).map(isLockName)).toEqual([true])
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'folder.in-use', params: { process: process.pid } })
  await release()
  expect(await readdir(folder)).toEqual([])
  await (
    await lockFolder(folder)
  )()
})

it('is given to exactly one of many processes that want it at once', async () => {
  const others = Array.from({ length: 6 }, sleeper)
  await Promise.all(others.map((other) => once(other, 'spawn')))
  for (let round = 0; round < 10; round++) {
    const tried = await Promise.allSettled(others.map((other) => lockFolder(folder, other.pid)))
    const [winner, ...more] = tried.filter((one) => one.status === 'fulfilled')
    expect(more).toEqual([])
    for (const one of tried) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'folder.in-use' })
    await winner!.value()
    expect(await readdir(folder)).toEqual([])
  }
  for (const other of others) other.kill('SIGKILL')
})

it('is given only once to the same process', async () => {
  const tried = await Promise.allSettled([lockFolder(folder), lockFolder(folder)])
  expect(tried.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
})

it('is refused while a running process has it, and free once that was killed', async () => {
  const holder = sleeper()
  await once(holder, 'spawn')
  await claim(holder.pid!, await processStart(holder.pid!))
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'folder.in-use', params: { process: holder.pid } })
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  const release = await lockFolder(folder)
  expect(await readdir(folder)).toHaveLength(1)
  await release()
})

it('is free if its id now belongs to another process, which started later', async () => {
  await claim(process.pid, 'beganearlier')
  await (
    await lockFolder(folder)
  )()
  expect(await readdir(folder)).toEqual([])
})
