/** One host at a time over a home. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { toProblem } from '@core/errors'
import { textsIn } from '../texts'
import { lockHome } from './home-lock'
import { processStart } from './process-start'

let folder: string
let home: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'home-lock-'))
  home = join(folder, 'below', 'home')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('is refused to a second host, which says who holds it, and is free when the first has ended', async () => {
  const release = await lockHome(home)
  const refused = await lockHome(home, 200).catch((error: unknown) => error)
  expect(toProblem(refused)).toEqual({ code: 'home.in-use', params: { path: home, process: process.pid } })
  for (const language of ['en', 'zh'] as const) expect(textsIn(language).error(refused)).toContain(String(process.pid))
  await release()
  expect(await readdir(home)).toEqual([])
  await (
    await lockHome(home, 0)
  )()
})

it('is waited for where the host before is about to end', async () => {
  const release = await lockHome(home)
  const second = lockHome(home)
  await sleep(300)
  await release()
  await (
    await second
  )()
})

it('is free after its host was killed', async () => {
  await (
    await lockHome(home)
  )()
  const killed = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'])
  await once(killed, 'spawn')
  await writeFile(join(home, `attention-lab.${killed.pid}-${await processStart(killed.pid!)}.lock`), '')
  await expect(lockHome(home, 200)).rejects.toMatchObject({ code: 'home.in-use', params: { process: killed.pid } })
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  await (
    await lockHome(home, 0)
  )()
})

it.skipIf(process.platform === 'win32')(
  'is closed to other people of the computer, also where it was open before',
  async () => {
    await mkdir(home, { recursive: true, mode: 0o755 })
    await (
      await lockHome(home)
    )()
    expect((await stat(home)).mode & 0o777).toBe(0o700)
  },
)

it.runIf(process.platform === 'linux')('says where no home can be made', async () => {
  await expect(lockHome('/proc/attention-lab')).rejects.toMatchObject({ code: 'folder.refused' })
})
