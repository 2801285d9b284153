/** Every kind of mistake in a lesson is found, and the course has none. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLabs } from '../service/labs'
import { checkLessons } from './check'

const resources = resolve(import.meta.dirname, '../../../resources')
const labs = createLabs(join(resources, 'labs'))
const course = join(resources, 'lessons')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lessons-'))
  await cp(join(course, 'scaling'), join(folder, 'scaling'), { recursive: true })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

type Facts = Record<string, unknown> & { pieces: Record<string, Record<string, unknown>> }
async function changeFacts(change: (facts: Facts) => void): Promise<void> {
  const path = join(folder, 'scaling', 'lesson.json')
  const facts = JSON.parse(await readFile(path, 'utf8')) as Facts
  change(facts)
  await writeFile(path, JSON.stringify(facts))
}
async function changeText(language: 'en' | 'zh', from: string, to: string): Promise<void> {
  const path = join(folder, 'scaling', `${language}.md`)
  const text = await readFile(path, 'utf8')
  expect(text).toContain(from)
  await writeFile(path, text.replace(from, to))
}
const found = async (): Promise<string[]> =>
  (await checkLessons(folder, labs)).errors.map(({ file, piece, detail }) => `${file}${piece ? ` ${piece}` : ''}: ${detail}`)

it('the course has no mistakes', { timeout: 60_000 }, async () => {
  expect(await checkLessons(course, labs)).toMatchObject({ errors: [] })
})

describe('the skeleton', () => {
  it('is that of lesson.json in both languages', async () => {
    await changeText('zh', '::: words own', '::: words other')
    expect(await found()).toEqual([
      'zh.md: the piece “other” is not in lesson.json',
      'zh.md: the piece “own” of lesson.json is missing',
      'lesson.json own: it asks nothing',
    ])
  })
  it('has its pieces in one order', async () => {
    await changeFacts((facts) => {
      const { own, ...rest } = facts.pieces
      facts.pieces = { own: own!, ...rest }
    })
    expect((await found()).filter((each) => each.includes('another order'))).toHaveLength(2)
  })
  it('has the kinds of lesson.json', async () => {
    await changeText('en', '::: words own', '::: quiz own')
    expect(await found()).toEqual(['en.md: “own” is a words in lesson.json, but a quiz here'])
  })
  it('has the same figures in both languages', async () => {
    await changeText('en', '[](figure:scaling/none-16/scoreVariance)', '[](figure:scaling/none-64/scoreVariance)')
    expect(await found()).toEqual([expect.stringMatching(/^lesson\.json: the figures differ/)])
  })
})

describe('what a text names', () => {
  it.each([
    ['(term:entropy)', '(term:alchemy)', 'the glossary has no term “alchemy”'],
    ['scaling/none-16/', 'scaling/gold-16/', '“scaling” has no variation “gold-16”'],
    ['none-16/scoreVariance', 'none-16/charm', '“scaling” does not measure “charm”'],
    ['for $d_k = 64$?', 'for 64 features?', 'the number 64 is neither a figure, nor a formula, nor a setting in backticks'],
  ])('exists: %s → %s', async (from, to, detail) => {
    await changeText('en', from, to)
    expect(await found()).toContain(`en.md: ${detail}`)
  })
})

describe('a piece', () => {
  it.each<[string, string, Record<string, unknown>, string]>([
    ['open', 'names a lab', { lab: 'alchemy' }, 'There is no built-in lab “alchemy”'],
    ['open', 'names a variation', { lab: 'scaling/gold' }, 'There is no built-in lab “scaling/gold”. Available: root-4'],
    [
      'open',
      'changes something',
      { edits: [{ type: 'setParam', node: 'attention', param: 'scale', value: 'root' }] },
      'its edits change nothing',
    ],
    [
      'unscale',
      'is about a block',
      { when: { is: 'param', node: 'gold', param: 'scale', value: 'none' } },
      'the lab has no block “gold”',
    ],
    [
      'unscale',
      'is open at first',
      { when: { is: 'param', node: 'attention', param: 'scale', value: 'root' } },
      'it is fulfilled from the beginning',
    ],
    ['unscale', 'can be fulfilled', { when: { is: 'blocks', kind: 'dropout' } }, '“do it for me” does not fulfil it'],
    [
      'unscale',
      'mutes what is there',
      { when: { is: 'muted', gate: 'attention/gold' } },
      'the lab has no gate “attention/gold”',
    ],
    ['train', 'trains no longer than the lab', { when: { is: 'step', atLeast: 1e6 } }, 'the lab is trained for'],
    ['measure', 'names an experiment', { experiment: 'alchemy' }, 'there is no experiment “alchemy”'],
    ['variance', 'names a claim', { claims: ['scaling/gold'] }, 'there is no claim “scaling/gold”'],
    ['map', 'shows a block', { node: 'gold' }, 'the lab has no block “gold”'],
    ['map', 'shows attention weights', { node: 'embedding' }, '“embedding” has no attention weights'],
    ['quiz-variance', 'has its answer', { quiz: { type: 'one', answer: 7 } }, 'there is no option 7'],
    [
      'quiz-variance',
      'explains what is wrong',
      { quiz: { type: 'one', answer: 3 } },
      'option 2 is wrong, but has no explanation',
    ],
    ['quiz-number', 'has a number', { quiz: { type: 'number', answer: '1 / gold' } }, '“1 / gold” is no number'],
    ['end', 'has its options', { predict: { ask: 'choice', answer: 7 } }, 'there is no option 7'],
    [
      'variance-sketch',
      'has a label for each',
      { predict: { ask: 'sketch', figures: ['scaling/none-4/scoreVariance', 'scaling/none-16/scoreVariance'], x: ['4'] } },
      'it needs one label for each figure',
    ],
    [
      'variance-sketch',
      'has a whole map',
      { predict: { ask: 'paint', tokens: ['a', 'b'], answer: ['.#', '#'] } },
      'its answer must be 2 rows of 2 characters',
    ],
  ])('%s %s', async (id, _, change, detail) => {
    await changeFacts((facts) => Object.assign(facts.pieces[id]!, change))
    expect((await found()).filter((each) => each.includes(` ${id}: `)).join('\n')).toContain(detail)
  })

  it('has a hint where something is to be done', async () => {
    await changeText('en', '> The setting is in the inspector', 'The setting is in the inspector')
    expect(await found()).toEqual(['lesson.json unscale: it has no hint: > …'])
  })

  it('bug: has a goal, and a mend that changes the lab', async () => {
    const broken = JSON.parse(await readFile(join(resources, 'labs', 'single-head.json'), 'utf8')) as Record<string, unknown>
    delete broken['goal']
    await mkdir(join(folder, 'scaling', 'labs'))
    await writeFile(join(folder, 'scaling', 'labs', 'broken.json'), JSON.stringify(broken))
    const mend = [{ type: 'setParam', node: 'attention', param: 'scale', value: 'root' }]
    await changeFacts((facts) => (facts.pieces['own'] = { kind: 'bug', lab: 'broken', mend }))
    for (const language of ['en', 'zh'] as const) await changeText(language, '::: words own', '::: bug own')
    expect(await found()).toEqual([
      'lesson.json own: it has no hint: > …',
      'lesson.json own: its lab has no goal',
      'lesson.json own: its mend changes nothing',
    ])
  })
})

describe('a lesson', () => {
  it('on a question predicts, does, measures and asks', async () => {
    await changeFacts((facts) => (facts.pieces = {}))
    expect(await found()).toEqual(
      expect.arrayContaining([
        'lesson.json: a lesson on a question has at least 3 × quiz',
        'lesson.json: a lesson on a question has at least 1 × measure',
      ]),
    )
  })
  it.each([
    ['lesson.json', '{', 'lesson.json'],
    ['lesson.json', '{"minutes": 0}', 'minutes'],
    ['en.md', 'no title', 'line 1'],
  ])('that cannot be read is an error of its own: %s %s', async (file, content, about) => {
    await cp(join(folder, 'scaling'), join(folder, 'another'), { recursive: true })
    await writeFile(join(folder, 'scaling', file), content)
    const { lessons, errors } = await checkLessons(folder, labs)
    expect(lessons).toEqual(['another', 'scaling'])
    expect(errors).toEqual([{ lesson: 'scaling', file, detail: expect.stringContaining(about) as string }])
  })
  it('of the course exists', async () => {
    await writeFile(
      join(folder, 'course.json'),
      JSON.stringify({ start: 'alchemy', units: [{ id: 'why', lessons: ['scaling'] }], hunts: ['scaling'] }),
    )
    expect(await found()).toEqual(['course.json: there is no lesson “alchemy”', 'course.json: “scaling” is named twice'])
  })
})

it('a folder that is not there is refused', async () => {
  await expect(checkLessons(join(folder, 'nowhere'), labs)).rejects.toMatchObject({ code: 'file.missing' })
})
