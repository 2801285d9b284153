// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { ExperimentStatus } from '@core/contract/experiments'
import type { Reference } from '@core/lessons/format'
import { fakeHost, type FakeHost } from '../testing/fake-host'
import { measuredScaling, serveLessons } from '../testing/fake-lessons'
import { useExperiments } from '../stores/experiments'
import { useLessons } from '../stores/lessons'
import { figureOf, judgedOf, withFigures, withoutTerms } from './figures'

const name = 'scaling/none-16/scoreVariance'
const text = `<p>It is <data value="${name}"></data>.</p>`
const reference: Reference = {
  ...{ machine: 'A <machine>', engine: 'tfjs', version: '1', date: '2026-01-01' },
  measurements: {
    scaling: { 'none-16': [{ scoreVariance: 10 }, { scoreVariance: 12 }], 'root-16': [{ accuracyCurve: [0.5, 0.75] }] },
  },
}

let host: FakeHost
beforeEach(() => {
  host = fakeHost()
  serveLessons(host)
})
async function refer(): Promise<void> {
  host.answering.set('lessons.list', () => ({ course: null, lessons: [], reference }))
  await vi.waitFor(() => expect(useLessons().reference).not.toBeNull())
}
async function measure(status: ExperimentStatus): Promise<void> {
  const experiments = useExperiments()
  await vi.waitFor(() => expect(host.streams('experiments.watch')).toHaveLength(1))
  for (const { part } of host.streams('experiments.watch')) part({ experiments: [status], removed: [] })
  await vi.waitFor(() => expect(experiments.latest('scaling')?.id).toBe(status.id))
}

describe('a figure', () => {
  it('is a dash before anything was measured', () => {
    expect(figureOf(name)).toMatchObject({ text: '–', from: 'absent' })
    expect(withFigures(text)).toContain('class="figure absent" title="Not measured yet">–</data>')
  })
  it('is that of the reference until it was measured here, with its machine', async () => {
    await refer()
    expect(figureOf(name)).toEqual({ mean: 11, text: '11 ± 1.41', from: 'reference' })
    expect(withFigures(text)).toContain('class="figure reference" title="Measured on A &lt;machine&gt;')
  })
  it('is the learner’s own afterwards', async () => {
    await refer()
    await measure(measuredScaling({ 'none-16': [{ scoreVariance: 17 }] }))
    expect(figureOf(name)).toEqual({ mean: 17, text: '17', from: 'own' })
    expect(figureOf('scaling/root-16/accuracyCurve/-1').from).toBe('reference') // not measured here
  })
  it('can be one number of several', async () => {
    await refer()
    expect([0, 1, -1].map((index) => figureOf(`scaling/root-16/accuracyCurve/${index}`).text)).toEqual([
      '50.0 %',
      '75.0 %',
      '75.0 %',
    ])
  })
})

it('a claim is judged by the learner’s own measurements alone', async () => {
  await refer()
  expect(judgedOf('scaling/variance')).toBeNull()
  const values = (of: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(of).map(([variation, scoreVariance]) => [variation, [{ scoreVariance }]]))
  await measure(measuredScaling(values({ 'none-16': 17, 'none-256': 250, 'root-16': 1, 'root-256': 1 })))
  expect(judgedOf('scaling/variance')).toMatchObject({ verdict: 'supported', holds: 1, of: 1 })
  await measure(measuredScaling(values({ 'none-16': 17, 'none-256': 18, 'root-16': 1, 'root-256': 1 }), 'b'))
  expect(judgedOf('scaling/variance')).toMatchObject({ verdict: 'contradicted' })
})

it('links to terms can be left out', () => {
  expect(withoutTerms('A <a href="term:head">head</a> and a <a href="term:key"><em>key</em></a>.')).toBe(
    'A head and a <em>key</em>.',
  )
})
