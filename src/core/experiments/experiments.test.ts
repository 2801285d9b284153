/** Requirements on every experiment: its labs compile, its names exist, and its texts are complete. */
import { describe, expect, it } from 'vitest'
import { blockByKind } from '../blocks'
import { compile } from '../graph/compile'
import type { LabDocument } from '../lab/document'
import texts from '../locales/en/experiments.json'
import metricTexts from '../locales/en/metrics.json'
import chineseTexts from '../locales/zh/experiments.json'
import chineseMetricTexts from '../locales/zh/metrics.json'
import { metricNames } from '../metrics/table'
import { createTask } from '../tasks'
import { experiments } from './index'
import { measures } from './measures'
import { seedsOf, type Term } from './types'

interface Text {
  readonly title: string
  readonly summary: string
  readonly claims: Readonly<Record<string, string>>
  readonly variations: Readonly<Record<string, string>>
}
const textOf = (id: string): Text | undefined => ({ ...(texts.experiments as Readonly<Record<string, Text>>) })[id]

it('ids are unique, and every question is among the twenty', () => {
  const ids = experiments.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { questions } of experiments)
    for (const question of questions) expect(question).toBeOneOf(Array.from({ length: 20 }, (_, i) => i + 1))
})

it('there are at least three seeds with `quick`, and five without', () => {
  expect(new Set(seedsOf(true)).size).toBeGreaterThanOrEqual(3)
  expect(new Set(seedsOf(false)).size).toBeGreaterThanOrEqual(5)
})

describe.each([
  ['English', metricTexts, texts],
  ['Chinese', chineseMetricTexts, chineseTexts],
] as const)('in %s', (_, { names }, own) => {
  const evaluated = ['loss', ...metricNames]
  it('every metric has a name, and there are no other names', () => expect(Object.keys(names).sort()).toEqual(evaluated.sort()))
  it('every other measure has a name, and there are no other names', () =>
    expect(Object.keys(own.measures)).toEqual(Object.keys(measures).filter((name) => !evaluated.includes(name))))
})

/** Settings unknown to every block and task of the lab, because a misspelt setting would silently keep the default. */
function unknownSettings({ graph, task }: LabDocument): string[] {
  const { spec } = createTask(task, null)
  expect(spec.signature.length).toBeGreaterThan(0)
  return graph.nodes.flatMap(({ id, kind, params }) => {
    const known = Object.keys(blockByKind(kind)?.params.shape ?? {})
    return Object.keys(params)
      .filter((name) => !known.includes(name))
      .map((name) => `${id}.${name}`)
  })
}

describe.each(experiments.map((experiment) => [experiment.id, experiment] as const))('%s', (id, experiment) => {
  const { variations, claims } = experiment
  const labs = variations.flatMap(({ lab, before }) => (before ? [lab, before.lab] : [lab]))

  it('has a title, a summary, and a text for each claim and variation', () => {
    const text = textOf(id)
    expect(text?.title && text.summary).toBeTruthy()
    expect(Object.keys(text?.claims ?? {}).sort()).toEqual(claims.map((claim) => claim.id).sort())
    expect(Object.keys(text?.variations ?? {}).sort()).toEqual(variations.map((variation) => variation.id).sort())
  })
  it('makes claims, only about what it measures', () => {
    expect(claims.length).toBeGreaterThan(0)
    const terms = claims.flatMap(({ rules }) => rules).flatMap(({ left, right }): Term[] => [left, right])
    for (const term of terms) {
      if (typeof term === 'number') continue
      expect(experiment.measures).toContain(term.measure)
      expect(variations.map((variation) => variation.id)).toContain(term.of)
    }
  })
  it('has labs that compile, and sets only existing parameters', { timeout: 120_000 }, () => {
    for (const lab of labs) {
      expect(unknownSettings(lab)).toEqual([])
      compile(lab, createTask(lab.task, null).spec.signature, { mode: 'evaluate', batch: 2 })
    }
  })
})

it('a multi-label softmax has a threshold that three labels can reach', () => {
  const { variations } = experiments.find(({ id }) => id === 'outputs')!
  const output = (id: string) => variations.find((each) => each.id === id)!.lab.graph.nodes.find((node) => node.id === 'output')
  const [usual, low] = [output('labels-softmax'), output('labels-softmax-low')]
  expect(low?.params['threshold']).toBeLessThan(1 / 3)
  expect({ ...low, params: { ...low?.params, threshold: usual?.params['threshold'] } }).toEqual(usual)
})
