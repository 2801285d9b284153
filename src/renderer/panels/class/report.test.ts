// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import type { ClassRuns, PupilReport, PupilView } from '@core/contract/class'
import type { GradedFile } from '@core/contract/kits'
import type { Caller } from '@core/contract/table'
import type { LabMethods } from '@core/contract/lab'
import { LabError } from '@core/errors'
import type { Lesson } from '@core/lessons/format'
import { gatherReport, reportCsv } from './report'

const view = (id: string, name: string, change: Partial<PupilView> = {}): PupilView => ({
  ...{ id, name, isConnected: true, lesson: null, run: null, help: [], handedIn: 0 },
  ...change,
})
const ada = view('aaaaaaaaaaaa', 'Ada')
const worked = [
  { id: 'scaling', done: 2 },
  { id: 'gone', done: 1 },
]
const of = (pupil: PupilView, change: Partial<PupilReport> = {}): PupilReport => ({
  ...{ pupil, lessons: [], runs: 0, finished: 0 },
  ...change,
})
const none: ClassRuns = { experiments: [], chosen: null, runs: [] }
const lesson = {
  pieces: {
    why: { kind: 'quiz', quiz: { type: 'one', answer: 1 } },
    size: { kind: 'quiz', quiz: { type: 'number', answer: '64', within: 0 } },
  },
  screens: [
    {
      title: '',
      parts: [
        { piece: 'why', texts: { body: '<p>Why?</p>', options: [{ label: 'No' }, { label: '<b>Yes</b>' }], note: '' } },
        { piece: 'size', texts: { body: 'How many?', options: [], note: '' } },
      ],
    },
  ],
} as unknown as Lesson

/** A host with the answers of one lesson, `scaling`; `gone` has been removed. */
const callOf = (
  answers: Readonly<Record<string, readonly unknown[]>>,
  pupils: readonly PupilReport[] = [of(ada, { lessons: worked })],
  runs = none,
): Caller<LabMethods> =>
  ({
    'class.report': () => Promise.resolve(pupils),
    'class.answers': () => Promise.resolve(answers),
    'lessons.read': ({ id }: { id: string }) =>
      id === 'scaling' ? Promise.resolve(lesson) : Promise.reject(new LabError('lesson.unknown', { id })),
    'class.runs': (_: object, { onPart }: { onPart: (part: ClassRuns) => void }) => {
      onPart(runs)
      return new Promise(() => undefined)
    },
  }) as unknown as Caller<LabMethods>
const graded = (file: string, points: number): GradedFile =>
  ({ file, graded: { pupil: 'x', total: { points, of: 10, open: 0 } }, problem: null }) as unknown as GradedFile

const gather = (call: Caller<LabMethods>, works: readonly GradedFile[] = []) =>
  gatherReport({ call, title: 'Class 3', graded: works, language: 'en', experiment: null })

describe('a report on a class', () => {
  it('has the answers to each question that was answered, the common ones first', async () => {
    const { lessons } = await gather(callOf({ why: [[0], [1], [0, 1], [0], ['?']] }))
    expect(lessons).toEqual([
      {
        id: 'scaling',
        questions: [
          {
            ...{ id: 'why', text: 'Why?', answered: 5, right: 2 },
            answers: [
              { text: 'No', count: 2, isRight: false },
              { text: 'Yes', count: 2, isRight: true },
              { text: '', count: 1, isRight: false },
            ],
          },
        ],
      },
    ])
  })

  it('has no endless answers', async () => {
    const { lessons } = await gather(callOf({ size: ['9'.repeat(1000), '64', '1', '2', '3', '4', '5'] }))
    expect(lessons[0]!.questions[0]!.answers).toHaveLength(5)
    expect(Math.max(...lessons[0]!.questions[0]!.answers.map(({ text }) => text.length))).toBe(80)
  })

  it('has a row for everybody on the roll, with the marks of the last submission', async () => {
    const works = [
      graded('Ada-aaaaaaaaaaaa-002-x.labwork', 7),
      graded('Ada-aaaaaaaaaaaa-001-x.labwork', 3),
      { file: 'Bo-bbbbbbbbbbbb-001-x.labwork', graded: null, problem: { code: 'archive.not-zip' } } as unknown as GradedFile,
    ]
    const pupils = [of(ada, { runs: 3, finished: 1 }), of(view('bbbbbbbbbbbb', 'Bo'))]
    const { rows } = await gather(callOf({}, pupils), works)
    expect(rows).toMatchObject([
      { pupil: { name: 'Ada' }, runs: 3, finished: 1, mark: { points: 7, of: 10 } },
      { pupil: { name: 'Bo' }, lessons: [], runs: 0, finished: 0, mark: null },
    ])
  })

  it('is a table in which no name is a formula', async () => {
    const run = {
      title: { en: 'Lab', zh: '实验' },
      state: 'finished',
      step: 60,
      steps: 60,
      accuracy: 0.5,
      problem: null,
    } as const
    const pupils = [
      of(view('aaaaaaaaaaaa', '=cmd()', { run, handedIn: 1 }), { lessons: worked, runs: 3, finished: 1 }),
      of(view('bbbbbbbbbbbb', 'Bo', { isConnected: false })),
    ]
    const csv = reportCsv(await gather(callOf({}, pupils)), (id) => `Lesson ${id}`)
    expect(csv.split('\r\n')).toEqual([
      '\ufeffpupil,connected,lessons,runs,finished,lab,state,step,accuracy,submissions,points,of',
      "'=cmd(),yes,Lesson scaling (2); Lesson gone (1),3,1,Lab,finished,60,0.5,1,,",
      'Bo,no,,0,0,,,,,0,,',
      '',
    ])
  })

  it('fails where the host does', async () => {
    const call = { ...callOf({}), 'class.runs': () => Promise.reject(new LabError('class.none')) }
    await expect(gather(call as unknown as Caller<LabMethods>)).rejects.toMatchObject({ code: 'class.none' })
  })
})
