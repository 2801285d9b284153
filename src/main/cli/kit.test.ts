/** `kit` of the built command line, from a teacher's folder to the marks. Needs `npm run build`. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { builtCli, jsonLines } from './testing/built-cli'

const { path, run } = builtCli()

const spec = {
  ...{
    format: 'attention-lab-kit-spec',
    version: 1,
    title: { en: 'Opinions', zh: '评价' },
    lessons: ['scaling', 'own-lesson'],
  },
  due: '2020-01-01T00:00:00Z',
  assignments: [
    {
      ...{ id: 'opinions', title: 'Opinions', lab: 'labs/opinions.json', data: 'data/train.csv' },
      ...{ locks: { graph: true, training: ['seed'] }, budget: { steps: 200 } },
    },
  ],
  hidden: { unseen: { file: 'hidden/test.csv' } },
  rubric: [
    { id: 'right', points: 4, is: 'metric', assignment: 'opinions', metric: 'accuracy', atLeast: 0, on: 'unseen' },
    { id: 'asked', points: 1, is: 'quiz', lesson: 'own-lesson' },
    { id: 'why', points: 5, is: 'words', lesson: 'own-lesson', piece: 'explain' },
  ],
}
const rows = (from: number, count: number): string =>
  [
    'text,label',
    ...Array.from({ length: count }, (_, i) => `number ${from + i} is ${i % 2 ? 'good' : 'bad'},${i % 2 ? 'yes' : 'no'}`),
  ].join('\n')

/** A folder as a teacher makes it, with data, hidden data and a lesson of their own. */
async function writeFolder(folder: string, changes: object = {}): Promise<void> {
  const put = async (name: string, text: string): Promise<void> => {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  const lab = JSON.parse(await readFile(join(import.meta.dirname, '../../../resources/labs/sentiment.json'), 'utf8')) as {
    training: object
  }
  const own = {
    ...lab,
    task: { kind: 'own-classification', params: {} },
    training: { ...lab.training, steps: 20, batchSize: 8 },
  }
  await put('kit.json', JSON.stringify({ ...spec, ...changes }))
  await put('labs/opinions.json', JSON.stringify(own))
  await put('data/train.csv', rows(0, 60))
  await put('hidden/test.csv', rows(100, 10))
  await put(
    'lessons/own-lesson/lesson.json',
    JSON.stringify({
      minutes: 5,
      lab: 'reverse',
      pieces: { ask: { kind: 'quiz', quiz: { type: 'one', answer: 0 } }, explain: { kind: 'words' } },
    }),
  )
  for (const language of ['en', 'zh'])
    await put(
      `lessons/own-lesson/${language}.md`,
      '# Title\n\n> Summary.\n\n## One\n\n::: quiz ask\nWhich?\n\n1. this\n2. that\n:::\n\n::: words explain\nWhy?\n:::\n',
    )
}

let kit: string
let teachers: string
beforeAll(async () => {
  ;[kit, teachers] = [path('opinions.labkit'), path('opinions.teacher.labkit')]
  await writeFolder(path('class'))
  const { code, error } = await run('kit', 'make', path('class'), '--out', kit)
  expect(error).toBe('')
  expect(code).toBe(0)
})

describe('kit', () => {
  it('makes both editions, the pupils’ without the hidden data, and overwrites neither', async () => {
    const before = await readFile(kit)
    expect(before.includes('hidden/test.csv')).toBe(false)
    expect((await readFile(teachers)).includes('hidden/test.csv')).toBe(true)
    const { code, error } = await run('kit', 'make', path('class'), '--out', kit)
    expect([code, error]).toEqual([1, expect.stringContaining('exists already') as string])
    expect((await readFile(kit)).equals(before)).toBe(true)
    expect((await run('kit', 'check', kit)).out).toContain('“Opinions”: 1 assignments, 2 lessons, 10 points')
  })

  it.each([
    ['an assignment that is not there', { rubric: [{ ...spec.rubric[0], assignment: 'other' }] }, 'rubric.0.assignment'],
    ['hidden data that is not there', { hidden: {} }, 'hidden data “unseen”'],
    ['a lesson that is not there', { lessons: ['nothing'] }, 'lesson “nothing”'],
    ['a file that is not there', { hidden: { unseen: { file: 'hidden/none.csv' } } }, 'none.csv'],
  ])('refuses %s', async (_, changes, message) => {
    const folder = path(`bad-${message.replaceAll(/\W/g, '')}`)
    await writeFolder(folder, changes)
    const { code, error } = await run('kit', 'make', folder, '--out', `${folder}.labkit`)
    expect([code, error]).toEqual([1, expect.stringContaining(message) as string])
  })

  it('goes from a training to marks, late and by hand', { timeout: 120_000 }, async () => {
    const trained = path('trained')
    await run(
      'train',
      join(path('class'), 'labs/opinions.json'),
      '--data',
      join(path('class'), 'data/train.csv'),
      '--out',
      trained,
    )
    await mkdir(path('progress'))
    const progress = { screen: 0, done: [], answers: { ask: [0], explain: 'Because attention mixes.' }, time: 0 }
    await writeFile(join(path('progress'), 'own-lesson.json'), JSON.stringify(progress))
    await mkdir(path('works'))
    const work = join(path('works'), 'li.labwork')
    const submitted = await run(
      'kit',
      'submit',
      kit,
      '--name',
      '李雷',
      '--run',
      `opinions=${trained}`,
      '--progress',
      path('progress'),
      '--weights',
      '--out',
      work,
    )
    expect(submitted).toMatchObject({ code: 0, error: '' })

    const validated = jsonLines((await run('kit', 'check', work, '--kit', kit, '--json')).out)[0] as {
      marks: { points: number | null }[]
    }
    expect(validated.marks.map(({ points }) => points)).toEqual([null, 1, null])

    await writeFile(join(path('works'), 'bad.labwork'), 'no submission')
    await writeFile(join(path('works'), 'marks.json'), JSON.stringify({ 'li.labwork': { why: { points: 4 } } }))
    const graded = await run('kit', 'grade', path('works'), '--kit', teachers, '--json')
    const [refused, done, last] = jsonLines(graded.out) as [object, { assignments: object[] }, object]
    expect(graded.code).toBe(0)
    expect(refused).toMatchObject({ type: 'refused', file: 'bad.labwork', code: 'archive.not-zip' })
    expect(done).toMatchObject({
      type: 'work',
      file: 'li.labwork',
      pupil: '李雷',
      isLate: true,
      total: { points: 9, of: 10, open: 0 },
    })
    expect(done.assignments).toMatchObject([{ agreement: 'same', restored: [], findings: [{ code: 'rerun.same' }] }])
    expect(last).toEqual({ type: 'done', graded: 1, failed: 1 })
    expect((await run('kit', 'grade', path('works'), '--kit', teachers)).out).toContain(
      '李雷, 9 of 10 points, 0 items open, handed in late',
    )
  })

  it('says when the pupils’ edition is used for grading', async () => {
    await mkdir(path('nobody'))
    const { code, error, out } = await run('kit', 'grade', path('nobody'), '--kit', kit)
    expect([code, out]).toEqual([0, '0 submissions graded, 0 refused.\n'])
    expect(error).toContain('teacher’s edition')
  })

  it('hands in nothing that has not finished', async () => {
    const trained = path('unfinished')
    await mkdir(trained)
    const { code } = await run(
      'kit',
      'submit',
      kit,
      '--name',
      'Bo',
      '--run',
      `opinions=${trained}`,
      '--out',
      path('bo.labwork'),
    )
    expect(code).toBe(1)
    const other = await run(
      'kit',
      'submit',
      kit,
      '--name',
      'Bo',
      '--run',
      `nothing=${path('trained')}`,
      '--out',
      path('bo.labwork'),
    )
    expect([other.code, other.error]).toEqual([1, expect.stringContaining('no assignment “nothing”') as string])
  })

  it.each([
    [['kit'], 'kit is followed by'],
    [['kit', 'sing'], 'kit is followed by'],
    [['kit', 'make'], 'kit make needs a file or folder'],
    [['kit', 'make', 'x'], '--out'],
    [['kit', 'grade', 'x'], '--kit'],
    [['kit', 'submit', 'x', '--out', 'y'], '--name'],
    [['kit', 'submit', 'x', '--out', 'y', '--name', 'z', '--run', 'nothing'], '“nothing” is not of the form'],
    [['kit', 'selftest', 'more'], 'more'],
  ])('refuses %j', async (args, message) => {
    const { code, error } = await run(...args)
    expect([code, error]).toEqual([2, expect.stringContaining(message) as string])
  })
})
