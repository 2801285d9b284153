import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { LabError } from '../errors'
import { readLab } from '../lab/read'
import { composeExperiment } from '../experiments/compose'
import { experimentOf, isSweep, parseOwn } from './source'

const lab = readLab(JSON.parse(readFileSync('resources/labs/single-head.json', 'utf8')))
const readNamed = (name: string) =>
  name === 'single-head' ? Promise.resolve(lab) : Promise.reject(new LabError('lab.unknown', { id: name }))
const parse = (json: unknown) => parseOwn(JSON.stringify(json), 'file.json', readNamed)

const search = { kind: 'list', settings: [{ node: 'attention', setting: 'scale' }], rows: [['root'], ['none']] }
const sweep = {
  ...{ format: 'attention-lab-sweep', version: 1, title: 'Scales', lab: 'single-head', search },
  ...{ seeds: [1], steps: 5, measures: ['accuracy'] },
}

it('reads an experiment', async () => {
  const title = { en: 'One', zh: '一' }
  const file = composeExperiment({
    ...{ title, labs: [{ title, lab }], measures: ['loss'], steps: 1, quickSteps: 1, claim: null },
  })
  expect(await parse(file)).toEqual(file)
})

it('reads a sweep that names a built-in lab; its points are named after their values', async () => {
  const source = await parse(sweep)
  expect(isSweep(source)).toBe(true)
  const { variations, texts } = experimentOf(source)
  expect(variations.map(({ id, steps }) => [id, steps])).toEqual([['point-1', 5], ['point-2', 5]]) // prettier-ignore
  expect(texts?.variations).toEqual({ 'point-1': 'attention.scale = root', 'point-2': 'attention.scale = none' })
})

it.each<[string, unknown, string]>([
  ['a sweep of another version', { ...sweep, version: 2 }, 'sweep.invalid'],
  ['a sweep of an unknown lab', { ...sweep, lab: 'nothing' }, 'lab.unknown'],
  ['a sweep with a value that is not allowed', { ...sweep, search: { ...search, rows: [['half']] } }, 'sweep.setting'],
  ['anything else', { format: 'attention-lab' }, 'experiment.invalid'],
])('refuses %s', async (_, json, code) => {
  await expect(parse(json)).rejects.toMatchObject({ code })
})

it('refuses text that is no JSON', async () => {
  await expect(parseOwn('{', 'file.json', readNamed)).rejects.toMatchObject({ code: 'experiment.invalid' })
})
