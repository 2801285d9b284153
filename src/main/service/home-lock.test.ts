/** One host at a time over a home. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
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

it('is refused to a second host, which names the first, and is free when the first has ended', async () => {
  const release = await lockHome(home)
  const refused = await lockHome(home, { wait: 200 }).catch((error: unknown) => error)
  expect(toProblem(refused)).toEqual({ code: 'home.in-use', params: { path: home, process: process.pid } })
  for (const language of ['en', 'zh'] as const) expect(textsIn(language).error(refused)).toContain(String(process.pid))
  await release()
  expect(await readdir(home)).toEqual([])
  await (
    await lockHome(home, { wait: 0 })
  )()
})

it('waits for a host that is about to end', async () => {
  const release = await lockHome(home)
  const second = lockHome(home)
  await sleep(300)
  await release()
  await (
    await second
  )()
})

it('waits no longer than requested', async () => {
  const release = await lockHome(home)
  const interrupted = new AbortController()
  const second = lockHome(home, { wait: 60_000, signal: interrupted.signal }).catch((error: unknown) => error)
  await sleep(150)
  interrupted.abort()
  expect(toProblem(await second)).toMatchObject({ code: 'cancelled' })
  await release()
})

it('removes the temporary files of killed hosts only', async () => {
  const left = [
    'memory.json.0123abcd.tmp',
    'data/0123456789abcdef.txt.0123abcd.tmp',
    `drafts/${'0123456789abcdef'.repeat(2)}.json.0123abcd.tmp`,
    'runs/r/run.json.0123abcd.tmp',
  ]
  const others = [
    'my.json.tmp',
    'data/mine.tmp',
    'runs/r/checkpoint.7.checkpoint.json.tmp',
    'runs/r/run.json',
    'other/run.json.0123abcd.tmp',
  ]
  const inWorkspace = left.map((name) => join('workspaces', 'someone', name))
  for (const name of [...left, ...others, ...inWorkspace]) {
    await mkdir(dirname(join(home, name)), { recursive: true })
    await writeFile(join(home, name), 'x')
  }
  await writeFile(join(home, 'serving.json'), '{"address":"http://127.0.0.1:1/x/"}')
  const release = await lockHome(home)
  const entries = await readdir(home, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => relative(home, join(entry.parentPath, entry.name)))
  expect(files.filter((name) => !name.endsWith('.lock')).toSorted()).toEqual(others.toSorted())
  await release()
})

it('is free after its host was killed', async () => {
  await (
    await lockHome(home)
  )()
  const killed = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'])
  await once(killed, 'spawn')
  await writeFile(join(home, `attention-lab.${killed.pid}-${await processStart(killed.pid!)}.lock`), '')
  await expect(lockHome(home, { wait: 200 })).rejects.toMatchObject({ code: 'home.in-use', params: { process: killed.pid } })
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  await (
    await lockHome(home, { wait: 0 })
  )()
})

it.skipIf(process.platform === 'win32')('is closed to other users of the computer, even if it was open before', async () => {
  await mkdir(home, { recursive: true, mode: 0o755 })
  await (
    await lockHome(home)
  )()
  expect((await stat(home)).mode & 0o777).toBe(0o700)
})

it.runIf(process.platform === 'linux')('reports where no home can be created', async () => {
  await expect(lockHome('/proc/attention-lab')).rejects.toMatchObject({ code: 'folder.refused' })
})
