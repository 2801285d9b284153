/** The task of a trained model is saved beside it, and can be read whichever version saved it. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dateLab } from '@engine/testing/decoders'
import { createTask } from '@core/tasks'
import type { TaskSpec } from '@core/tasks/types'
import type { Tokeniser } from '@core/tokenisers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keepTask, readTask } from './kept-task'

let directory: string
beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'kept-task-'))))
afterEach(() => rm(directory, { recursive: true }))

const pairs = ['question\tanswer', ...Array.from({ length: 20 }, (_, index) => `say ${index}\t${index} it is`)].join('\n')
const classes = ['text,label', ...Array.from({ length: 20 }, (_, index) => `row ${index},${index % 2}`)].join('\n')
const tags = Array.from({ length: 20 }, (_, index) => `w${index}\tA\n3.5\tB`).join('\n\n')
const text = 'we say that it is, and it was what we say. '.repeat(20)

const cases: [kind: string, params: Readonly<Record<string, unknown>>, data: string][] = [
  ['own-pairs', { units: 'words', writtenUnits: 'words' }, pairs],
  ['own-pairs', { units: 'characters', writtenUnits: 'words' }, pairs],
  ['own-pairs', { units: 'words', writtenUnits: 'characters' }, pairs],
  ['own-classification', { units: 'words' }, classes],
  ['own-classification', { units: 'characters' }, classes],
  ['own-classification', {}, classes],
  ['own-tagging', {}, tags],
  ['characters', { length: 8 }, text],
  ['words', { length: 8 }, text],
  ['byte-pairs', { length: 8, merges: 10 }, text],
]

const unitsOf = (tokeniser: Tokeniser): string => (tokeniser.kind === 'characters' ? 'characters' : 'words')

/** In the format of version 0.1.0. */
function older({ signature, tokeniser, source, classes, validation }: TaskSpec) {
  const { written, ...sizes } = signature
  return {
    ...sizes,
    vocabulary: tokeniser.vocabulary,
    classes,
    heldOut: validation,
    source: source && { ...signature.source, vocabulary: source.vocabulary, units: unitsOf(source), unknown: 1 },
    written: written && { ...written, units: unitsOf(tokeniser) },
    merges: tokeniser.kind === 'byte-pairs' ? tokeniser.merges : [],
    notices: [],
  }
}

describe.each(cases)('%s %j', (kind, params, data) => {
  const lab = { ...dateLab(), task: { kind, params } }
  const spec = { ...createTask(lab.task, data).spec, notices: [] } // notices about the data are not saved

  it('is read as it was saved', async () => {
    await keepTask(directory, spec)
    expect((await readdir(directory)).toSorted()).toEqual(['signature.json', 'tokenizer.json'])
    expect(await readTask(directory, lab)).toEqual(spec)
  })

  it('is read from the format of version 0.1.0', async () => {
    await writeFile(join(directory, 'task.json'), JSON.stringify(older(spec)))
    expect(await readTask(directory, lab)).toEqual(spec)
  })

  it('is read from an earlier format, without the units of its texts', async () => {
    const { source, written, ...rest } = older(spec)
    const earlier = {
      ...rest,
      source: source && { ...source, units: undefined, unknown: undefined },
      written: written && { ...written, units: undefined },
    }
    await writeFile(join(directory, 'task.json'), JSON.stringify(earlier))
    expect(await readTask(directory, lab)).toEqual(spec)
  })
})

it('saves signature and tokeniser in separate files, and no notices, which were shown when the run started', async () => {
  const lab = { ...dateLab(), task: { kind: 'own-pairs', params: { length: 3 } } }
  const { spec } = createTask(lab.task, `${pairs}\na long question that is cut\tso it is`)
  expect(spec.notices).not.toEqual([])
  await keepTask(directory, spec)
  const read = async (file: string) => JSON.parse(await readFile(join(directory, file), 'utf8')) as unknown
  expect(await read('tokenizer.json')).toEqual({ tokens: spec.tokeniser, source: spec.source })
  expect(await read('signature.json')).toMatchObject({ signature: spec.signature, classes: spec.classes })
  expect((await readTask(directory, lab)).notices).toEqual([])
})

it.each([
  ['nothing', {}],
  ['half of it', { 'tokenizer.json': '{"tokens": null}' }],
  ['something else', { 'task.json': '[1, 2]', 'signature.json': '{' }],
])('falls back to that of the lab if %s was saved', async (_, files: Readonly<Record<string, string>>) => {
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content)
  expect(await readTask(directory, dateLab())).toEqual(createTask(dateLab().task, null).spec)
})
