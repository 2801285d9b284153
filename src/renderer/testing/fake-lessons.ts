/** A small lesson for tests, and a host that has it. */
import type { ExperimentStatus } from '@core/contract/experiments'
import type { Measurements } from '@core/experiments/verdict'
import { isStep, type Lesson, type PieceTexts } from '@core/lessons/format'
import type { LessonProgress } from '@core/lessons/progress'
import type { FakeHost } from './fake-host'
import { smallLab } from './fake-host'

export const texts = (changes: Partial<PieceTexts> = {}): PieceTexts => ({
  body: '<p>Body</p>',
  options: [],
  note: '',
  ...changes,
})
export const options = (...labels: string[]): PieceTexts['options'] =>
  labels.map((label) => ({ label, explanation: `<p>About ${label}</p>` }))

export const smallLesson: Lesson = {
  ...{ id: 'small', title: 'A small <em>lesson</em>', summary: 'In short.', minutes: 10, question: 6, lab: 'small' },
  screens: [
    {
      title: 'First',
      parts: [
        { html: '<p>The <a href="term:softmax">softmax</a>.</p>' },
        { piece: 'open', texts: texts() },
        { piece: 'narrow', texts: texts({ note: '<p>A hint.</p>' }) },
        { piece: 'choose', texts: texts({ note: '<p>Because.</p>', options: options('one', 'two') }) },
      ],
    },
    {
      title: 'Second',
      parts: [
        { piece: 'train', texts: texts() },
        { piece: 'pick', texts: texts() },
        { piece: 'question', texts: texts({ options: options('zero', 'one', 'two') }) },
        {
          piece: 'outcome',
          texts: texts({ body: '<p>It is <data value="scaling/none-4/scoreVariance"></data>.</p>', note: '<p>Few seeds.</p>' }),
        },
        { piece: 'own', texts: texts() },
      ],
    },
  ],
  pieces: {
    open: { kind: 'lab', lab: 'small', edits: [{ type: 'setTraining', training: { batchSize: 4 } }] },
    narrow: { kind: 'do', when: { is: 'param', node: 'embedding', param: 'width', value: 8 } },
    choose: { kind: 'predict', predict: { ask: 'choice', answer: 1 } },
    train: { kind: 'do', when: { is: 'step', atLeast: 20 } },
    pick: { kind: 'do', when: { is: 'selected', node: 'classifier' } },
    question: { kind: 'quiz', quiz: { type: 'one', answer: 2 } },
    outcome: { kind: 'result', claims: ['scaling/variance'] },
    own: { kind: 'words' },
  },
}

type Kept = Readonly<Record<string, LessonProgress>>

/** A host with this lesson and its lab, on which the learner has come so far. */
export function serveLessons(host: FakeHost, lesson: Lesson = smallLesson, before: Kept = {}): void {
  const { id, title, summary, minutes, question, pieces } = lesson
  const steps = Object.keys(pieces).filter((name) => isStep(pieces[name]!.kind))
  const listed = { id, title, summary, minutes, question, steps, experiments: [] }
  host.labs.set('small', smallLab())
  host.answering.set('lessons.list', () => ({ course: null, lessons: [listed], reference: null }))
  host.answering.set('lessons.read', () => lesson)
  host.answering.set('progress.recall', () => before)
}

/** The progress that the page has kept last; undefined where it has kept none. */
export const lastKept = (host: FakeHost): LessonProgress | null | undefined =>
  (host.callsOf('progress.keep') as { readonly progress: LessonProgress | null }[]).at(-1)?.progress

/** A finished measurement of the experiment on scaling; a later letter is a newer one. */
export const measuredScaling = (measurements: Measurements, letter = 'a'): ExperimentStatus => ({
  ...{ id: letter.repeat(16), experiment: 'scaling', quick: true, seeds: [1], engine: 'auto', state: 'finished' },
  ...{ begun: letter.charCodeAt(0), done: 1, of: 1, seconds: 1, problem: null, measurements },
  provenance: { version: '1', engine: 'tfjs', machine: 'Mine' },
})
