import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createProgress } from './progress'

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'progress-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

const progress = { screen: 2, done: ['first'], answers: { first: 1, guess: [0.5, 2] }, time: 5 }
const unread: string[] = []
const open = () => createProgress(join(folder, 'progress'), (where) => unread.push(where))

it('keeps lessons separate, across restarts', async () => {
  const first = open()
  expect(await first.recall()).toEqual({})
  await first.keep('scaling', progress)
  await first.keep('start', { ...progress, screen: 0 })
  await first.close()
  expect(await open().recall()).toEqual({ scaling: progress, start: { ...progress, screen: 0 } })
})

it('restarts only the given lesson', async () => {
  const kept = open()
  await kept.keep('scaling', progress)
  await kept.keep('start', progress)
  await kept.keep('scaling', null)
  await kept.keep('scaling', null)
  expect(Object.keys(await kept.recall())).toEqual(['start'])
})

it('leaves a damaged file in place, and reads the others', async () => {
  const kept = open()
  await kept.keep('scaling', progress)
  await kept.keep('start', progress)
  await writeFile(join(folder, 'progress', 'start.json'), '{"screen":-1}')
  expect(Object.keys(await kept.recall())).toEqual(['scaling'])
  expect(unread).toContain('progress/start.json')
  expect(await readFile(join(folder, 'progress', 'start.json'), 'utf8')).toBe('{"screen":-1}')
})
