/** `lesson` of the built command line. Needs `npm run build`. */
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { builtCli, jsonLines } from './testing/built-cli'

const { path, run } = builtCli()
const lessons = resolve(import.meta.dirname, '../../../resources/lessons')

describe('lesson', () => {
  it('lists the course, in the order of the course', async () => {
    const { code, out } = await run('lesson', 'list', '--json')
    expect(code).toBe(0)
    const [first, ...others] = jsonLines(out) as { id: string; title: string; steps: string[] }[]
    expect(first).toMatchObject({ id: 'start', minutes: 5, steps: expect.arrayContaining(['train', 'mute']) as unknown })
    expect(others.map(({ id }) => id)).toContain('scaling')
    expect((await run('lesson', 'list')).out).toContain('Start here')
  })

  it('passes the course', async () => {
    const { code, out } = await run('lesson', 'check', '--json')
    const { ok, errors, lessons: count } = jsonLines(out).at(-1) as { ok: boolean; lessons: number; errors: unknown[] }
    expect({ code, ok, errors }).toEqual({ code: 0, ok: true, errors: [] })
    expect(count).toBe(jsonLines((await run('lesson', 'list', '--json')).out).length)
  })

  it('reports file, line and piece of an error in another folder', async () => {
    const folder = path('mine')
    await cp(join(lessons, 'scaling'), join(folder, 'scaling'), { recursive: true })
    const text = await readFile(join(folder, 'scaling', 'zh.md'), 'utf8')
    await writeFile(join(folder, 'scaling', 'zh.md'), text.replace('(term:entropy)', '(term:alchemy)'))
    const { code, out } = await run('lesson', 'check', folder)
    expect(code).toBe(1)
    expect(out).toMatch(/^scaling\/zh\.md:\d+: the glossary has no term “alchemy”$/m)
    expect(out).toMatch(/1 lessons, 1 errors\.\n$/)
  })

  it.runIf(process.env.ATTENTION_LAB_LONG === '1')(
    'trains every broken lab before and after its repair',
    { timeout: 900_000 },
    async () => {
      const { code, out } = await run('lesson', 'check', '--train', '--json')
      expect({ code, ...(jsonLines(out).at(-1) as object) }).toMatchObject({ code: 0, ok: true, errors: [] })
    },
  )

  it.each([
    [['lesson'], 'Specify what to do: lesson list or lesson check.'],
    [['lesson', 'sing'], 'Specify what to do: lesson list or lesson check.'],
  ])('refuses %j', async (args, message) => {
    const { code, error } = await run(...args)
    expect(code).toBe(2)
    expect(error.startsWith(`${message}\n\n`)).toBe(true) // the usage follows
  })

  it('refuses a folder that is not there', async () => {
    const { code, error } = await run('lesson', 'check', path('nowhere'))
    expect(code).toBe(1)
    expect(error).toContain('does not exist')
  })
})
