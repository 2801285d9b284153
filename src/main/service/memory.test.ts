import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemory } from './memory'

let folder: string
const log = vi.fn()
const open = () => createMemory(join(folder, 'memory.json'), log)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'memory-'))
  log.mockReset()
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('is empty at first', async () => {
  expect(await open().recall()).toEqual({})
  expect(log).not.toHaveBeenCalled()
})

it('survives a restart', async () => {
  const memory = open()
  await memory.remember('language', '"zh"')
  await memory.remember('draft', '语言')
  expect(await open().recall()).toEqual({ language: '"zh"', draft: '语言' })
})

it('applies concurrent changes in order, and forgets', async () => {
  const memory = open()
  void memory.remember('theme', '1')
  void memory.remember('theme', '2')
  void memory.remember('draft', 'x')
  void memory.remember('draft', null)
  await memory.close()
  expect(await open().recall()).toEqual({ theme: '2' })
  expect(await readdir(folder)).toEqual(['memory.json'])
})

it('keeps changes that another host with the same workspace wrote meanwhile', async () => {
  const [one, other] = [open(), open()]
  await one.recall()
  await other.remember('theme', 'dark')
  await one.remember('language', 'zh')
  expect(await open().recall()).toEqual({ theme: 'dark', language: 'zh' })
})

describe('a damaged file', () => {
  it.each(['{"language":', '', '[]', '{"language":1}', '\0\0\0\0'])(
    '%j is moved aside, and the memory starts empty',
    async (text) => {
      await writeFile(join(folder, 'memory.json'), text)
      const memory = open()
      expect(await memory.recall()).toEqual({})
      expect(log).toHaveBeenCalledTimes(1)
      await memory.remember('language', 'zh')
      expect(await readFile(join(folder, 'memory.damaged.json'), 'utf8')).toBe(text)
      expect(await open().recall()).toEqual({ language: 'zh' })
    },
  )

  it('never replaces one that was moved aside before', async () => {
    for (const text of ['{"draft":"first', '{"draft":"second', '{"draft":"third']) {
      await writeFile(join(folder, 'memory.json'), text)
      await open().recall()
    }
    const names = ['memory.damaged.json', 'memory.damaged-2.json', 'memory.damaged-3.json']
    expect(await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).toEqual([
      '{"draft":"first',
      '{"draft":"second',
      '{"draft":"third',
    ])
  })
})

describe('a file that cannot be read', () => {
  // A link to itself: unlike permissions, it stops a superuser too.
  const block = async (): Promise<void> => {
    await rename(join(folder, 'memory.json'), join(folder, 'kept'))
    await symlink('memory.json', join(folder, 'memory.json'))
  }
  const unblock = (): Promise<void> => rename(join(folder, 'kept'), join(folder, 'memory.json'))
  beforeEach(() => open().remember('draft', 'precious'))

  it('is not damaged: nothing is forgotten, moved aside or written', async () => {
    await block()
    const memory = open()
    await expect(memory.recall()).rejects.toMatchObject({ code: 'file.failed' })
    await expect(memory.remember('theme', 'dark')).rejects.toMatchObject({ code: 'file.failed' })
    expect((await readdir(folder)).toSorted()).toEqual(['kept', 'memory.json'])
    await unblock()
    expect(await memory.recall()).toEqual({ draft: 'precious' })
  })

  it('is retried if the problem is temporary', async () => {
    await block()
    const remembered = open().remember('theme', 'dark')
    await sleep(50)
    await unblock()
    await remembered
    expect(await open().recall()).toEqual({ draft: 'precious', theme: 'dark' })
  })
})

it('failed writes are reported, and the next change is still made', async () => {
  const memory = createMemory(join(folder, 'nowhere', 'memory.json'), log)
  await writeFile(join(folder, 'nowhere'), 'a file where the folder should be')
  await expect(memory.remember('theme', 'dark')).rejects.toMatchObject({ code: 'file.missing' })
  await rm(join(folder, 'nowhere'))
  await mkdir(join(folder, 'nowhere'))
  await memory.remember('language', 'zh')
  expect(await memory.recall()).toEqual({ language: 'zh' })
})
