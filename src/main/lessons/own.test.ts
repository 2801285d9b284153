/** A teacher's folder while it is edited: each change is seen, and a lesson that cannot be read stays as it was. */
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LessonsPart } from '@core/contract/lab'
import { newAbort } from '@core/contract/cancel'
import { owner } from '@core/contract/client'
import type { Call } from '@core/contract/table'
import { createLabs } from '../service/labs'
import { createLessons } from './lessons'
import { checkLessons } from './check'
import { openOwnLessons, withOwn, type OwnLessons } from './own'

const resources = resolve(import.meta.dirname, '../../../resources')
const labs = createLabs(join(resources, 'labs'))
const examples = join(resources, 'example-lessons')

let folder: string
let own: OwnLessons
const parts: LessonsPart[] = []
const abort = newAbort()
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'own-lessons-'))
  await cp(examples, folder, { recursive: true })
  own = await openOwnLessons(folder, labs)
  parts.length = 0
  const { signal } = abort
  const call: Call<LessonsPart> = {
    ...{ client: owner, signal, part: (part) => void parts.push(part) },
    ...{ clear: () => true, taken: () => Promise.resolve() },
  }
  void own.watch(call)
})
afterEach(async () => {
  own.close()
  await rm(folder, { recursive: true, force: true })
})

const text = (file: string) => join(folder, 'causal-mask', file)
async function change(file: string, from: string, to: string): Promise<void> {
  const before = parts.length
  await writeFile(text(file), (await readFile(text(file), 'utf8')).replace(from, to))
  await vi.waitFor(() => expect(parts.length).toBeGreaterThan(before), { timeout: 10_000 })
}
const title = async () => (await own.read('causal-mask', 'en')).title

it('the example has no mistakes', async () => {
  const { lessons, errors } = await checkLessons(examples, labs)
  expect({ lessons, errors }).toEqual({ lessons: ['causal-mask'], errors: [] })
})

describe('a folder that is edited', () => {
  it('tells at once that nothing is wrong, and each change once it is read', async () => {
    await vi.waitFor(() => expect(parts).toEqual([{ changes: 0, errors: [] }]))
    await change('en.md', '# What does', '# What, then, does')
    expect(await title()).toBe('What, then, does a causal mask hide?')
    expect(parts.at(-1)).toMatchObject({ errors: [] })
    expect(parts.at(-1)!.changes).toBeGreaterThan(0)
  })

  it('tells what is wrong and where, and keeps what could be read', async () => {
    await change('lesson.json', '"minutes": 4', '"minutes": ')
    expect(parts.at(-1)!.errors).toMatchObject([{ lesson: 'causal-mask', file: 'lesson.json' }])
    expect(await title()).toBe('What does a causal mask hide?')
    await change('lesson.json', '"minutes": ', '"minutes": 5')
    expect(parts.at(-1)!.errors).toEqual([])
    expect(await own.read('causal-mask', 'zh')).toMatchObject({ minutes: 5 })
  })

  it('takes new lessons up and removed ones away', async () => {
    await cp(join(folder, 'causal-mask'), join(folder, 'second'), { recursive: true })
    const ids = async () => (await own.list('en')).lessons.map(({ id }) => id)
    await vi.waitFor(async () => expect(await ids()).toEqual(['causal-mask', 'second']), { timeout: 10_000 })
    await rename(join(folder, 'causal-mask'), join(tmpdir(), `away-${process.pid}`))
    await vi.waitFor(async () => expect(await ids()).toEqual(['second']), { timeout: 10_000 })
    await expect(own.read('causal-mask', 'en')).rejects.toMatchObject({ code: 'lesson.unknown' })
    await rm(join(tmpdir(), `away-${process.pid}`), { recursive: true })
  })

  it('fails at the start if it does not exist', async () => {
    await expect(openOwnLessons(join(folder, 'nowhere'), labs)).rejects.toMatchObject({ code: 'file.missing' })
  })
})

it('stands beside the course, and comes first where both have a lesson of one name', async () => {
  const course = createLessons(join(resources, 'lessons'))
  await cp(join(resources, 'lessons', 'scaling'), join(folder, 'scaling'), { recursive: true })
  await writeFile(
    join(folder, 'scaling', 'en.md'),
    (await readFile(join(folder, 'scaling', 'en.md'), 'utf8')).replace(/^# .*/, '# Mine'),
  )
  const mine = await openOwnLessons(folder, labs)
  mine.close()
  const both = withOwn(course, mine)
  const { lessons, course: order } = await both.list('en')
  expect(order).toEqual((await course.list('en')).course)
  expect(lessons.filter(({ id }) => id === 'scaling')).toMatchObject([{ title: 'Mine' }])
  expect(await both.read('scaling', 'en')).toMatchObject({ title: 'Mine' })
  expect((await both.read('start', 'en')).title).toMatch(/Start here/)
  await expect(both.read('none', 'en')).rejects.toMatchObject({ code: 'lesson.unknown' })
})
