// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent } from 'vue'
import type { LabDocument } from '@core/lab/document'
import { figureOf, metricsOf } from '@core/series/figures'
import { readPerStep, type Along } from '@core/series/along'
import { RunSeries, type Points } from '@core/series/series'
import { i18n } from '../../locales'
import { useCompare } from '../../stores/compare'
import { compareOption, type Curve } from '../../charts/compareOption'
import type { Theme } from '../../charts/theme'
import { useRuns } from '../../stores/runs'
import { fakeHost, smallLab, statusOf, type FakeHost } from '../../testing/fake-host'
import { mountIn } from '../../testing/mounting'
import { curvesOf, seedGroups, smoothed } from './curves'
import { tableOf } from './figures'
import GraphDiff from './GraphDiff.vue'
import SettingsDiff from './SettingsDiff.vue'
import { useCompared, type Compared } from './useCompared'

const points = (...values: readonly number[]): Points => ({
  steps: Int32Array.from(values, (_, index) => index + 1),
  values: Float32Array.from(values),
})
const withSeed = (seed: number, change: Partial<LabDocument> = {}): LabDocument => ({
  ...smallLab(),
  ...change,
  training: { ...smallLab().training, seed },
})
function compared(letter: string, lab: LabDocument | null, series: Readonly<Record<string, Points>> = {}): Compared {
  const known = new RunSeries()
  known.add(series)
  const run = letter.toLowerCase()
  const overview = {
    ...{ status: statusOf(run, { state: 'finished', step: 3, parameters: 7 }), title: run, task: 'reverse', begun: null },
    ...{ loss: null, evaluation: null, curve: points() },
  }
  return { run, letter, name: `Run ${letter}`, overview, lab, data: null, series: known, summary: null }
}

describe('the figures of compared runs', () => {
  const runs = [
    compared('A', withSeed(1), { 'loss': points(3, 1, 2), 'validation/loss': points(2, 1, 1.5), 'validation/accuracy': points(0.2, 0.9, 0.5) }),
    compared('B', withSeed(2), { 'validation/zeta': points(1), 'validation/loss': points(4) }),
  ] // prettier-ignore
  it('are those that any run has, the loss first and unknown ones last', () => {
    expect(metricsOf(runs)).toEqual(['loss', 'accuracy', 'zeta'])
  })
  it('are the last and the best value', () => {
    expect(figureOf(runs[0]!, 'loss')).toEqual({ last: 1.5, best: 1 })
    expect(figureOf(runs[0]!, 'accuracy')).toEqual({ last: 0.5, best: Math.fround(0.9) })
    expect(figureOf(runs[1]!, 'accuracy')).toEqual({ last: undefined, best: undefined })
  })
  it('become a table with a cell for each, empty where there is none', () => {
    const [heads, first, second] = tableOf(runs)
    expect(heads!.slice(7)).toEqual(['last loss', 'last validation/loss', 'best validation/loss', 'last validation/accuracy', 'best validation/accuracy', 'last validation/zeta', 'best validation/zeta']) // prettier-ignore
    expect(first).toEqual(['A', 'Run A', 'a', 'finished', 1, 3, 7, 2, 1.5, 1, 0.5, Math.fround(0.9), '', ''])
    expect(second).toEqual(['B', 'Run B', 'b', 'finished', 2, 3, 7, '', 4, 4, '', '', 1, 1])
  })
})

const by = (along: Along = 'step') => ({ along, perStep: ({ lab }: Compared) => readPerStep(lab && lab.training, null) })
const theme = { colours: {}, sans: '', mono: '' } as unknown as Theme
const drawn = (curves: readonly Curve[]) =>
  (
    compareOption(curves, { along: '', formatPlace: String, value: 'loss', scale: 1 }, theme)['series'] as {
      data: Float64Array
    }[]
  ).map(({ data }) => Array.from({ length: data.length / 2 }, (_, index) => [data[2 * index], data[2 * index + 1]]))

describe('the curves of compared runs', () => {
  const other = withSeed(3, { task: { kind: 'sort', params: {} } })
  const runs = [
    compared('A', withSeed(1), { loss: points(1, 2, 4) }),
    compared('B', other, { loss: points(5, 5, 5) }),
    compared('C', withSeed(2), { loss: points(3, 4) }),
  ]
  it('are one for each run', () => {
    const curves = curvesOf(runs, 'loss', false, by())
    expect(curves.map(({ letters, range, index }) => [letters, range, index])).toEqual([
      ['A', null, 0],
      ['B', null, 1],
      ['C', null, 2],
    ])
    expect([...curves[0]!.smoothed.values]).toEqual([1, 2, 4])
    // Half of the past, corrected for its start: (0.5·0.5·1 + 0.5·2)/(1 − 0.25) at step 2.
    expect(smoothed(curves, 0.5)[0]!.smoothed.values[1]).toBeCloseTo(1.25 / 0.75, 6)
  })
  it('are one band for runs that differ in the seed only', () => {
    const [band, single] = curvesOf(runs, 'loss', true, by())
    expect(band!.letters).toBe('AC')
    expect([...band!.raw.values]).toEqual([2, 3])
    expect([...band!.range!.high.values]).toEqual([3, 4])
    expect(single!).toMatchObject({ letters: 'B', range: null, index: 1 })
  })
  it('run along steps, or along the sequences that were trained on', () => {
    const other = { ...withSeed(1), training: { ...smallLab().training, batchSize: 8, accumulate: 4 } }
    const runs = [compared('A', other, { loss: points(1, 2) }), compared('B', null, { loss: points(1) })]
    expect(drawn(curvesOf(runs, 'loss', false, by()))).toEqual([[[1, 1], [2, 2]], [[1, 1]]]) // prettier-ignore
    // Those of the second are not known.
    expect(drawn(curvesOf(runs, 'loss', false, by('sequences')))).toEqual([[[32, 1], [64, 2]]]) // prettier-ignore
  })
  it('run along the time of their steps, a band along the mean of its runs', () => {
    const timed = (letter: string, seed: number, ...seconds: number[]) =>
      compared(letter, withSeed(seed), { loss: points(1, 2, 4), seconds: points(...seconds) })
    const old = compared('C', other, { loss: points(5) })
    const runs = [timed('A', 1, 1, 2, 3), timed('B', 2, 3, 4, 9), old]
    expect(drawn(curvesOf(runs, 'loss', false, by('time')))).toEqual([[[1, 1], [2, 2], [3, 4]], [[3, 1], [4, 2], [9, 4]]]) // prettier-ignore
    const [, band] = drawn(curvesOf(runs, 'loss', true, by('time')))
    expect(band).toEqual([[2, 1], [3, 2], [6, 4]]) // prettier-ignore
  })
  it('count each seed once, and no forks', () => {
    const [a, again, c] = [compared('A', withSeed(1)), compared('B', withSeed(1)), compared('C', withSeed(2))]
    const { status } = c.overview
    const fork = { ...c, overview: { ...c.overview, status: { ...status, forkedFrom: { run: 'x', step: 1 } } } }
    const letters = (runs: readonly Compared[]) => seedGroups(runs).map((group) => group.map(({ letter }) => letter).join(''))
    expect(letters([a, again, c])).toEqual(['AC', 'B'])
    expect(letters([a, fork])).toEqual(['A', 'C'])
  })
  it('are not taken together while a lab is unknown, nor across texts', () => {
    expect(seedGroups([compared('A', null), compared('B', null)])).toHaveLength(2)
    expect(seedGroups([compared('A', withSeed(1)), { ...compared('B', withSeed(2)), data: '0123456789abcdef' }])).toHaveLength(
      2,
    )
  })
})

describe('the view of compared runs', () => {
  let host: FakeHost
  let view: ReturnType<typeof mountIn> | undefined
  beforeEach(() => {
    localStorage.clear()
    host = fakeHost()
  })
  afterEach(() => {
    view?.unmount()
    i18n.global.locale.value = 'en'
  })

  it('names the settings that differ, in both languages', () => {
    const wider = withSeed(2)
    const nodes = wider.graph.nodes.map((node) => (node.id === 'embedding' ? { ...node, params: { width: 99 } } : node))
    const runs = [compared('A', withSeed(1)), compared('B', { ...wider, graph: { ...wider.graph, nodes } })]
    view = mountIn(host, SettingsDiff, { compared: runs })
    const rows = () => view!.findAll('tbody tr').map((row) => row.findAll('th, td').map((cell) => cell.text()))
    expect(rows()[0]).toEqual(['Seed', '1', '2'])
    expect(rows()[1]![0]).toMatch(/^Embedding: /)
    expect(rows()[1]![2]).toBe('99')
    view.unmount()
    i18n.global.locale.value = 'zh'
    view = mountIn(host, SettingsDiff, { compared: runs })
    expect(rows()[0]![0]).toBe('随机种子')
    view.unmount()
    view = mountIn(host, SettingsDiff, { compared: [runs[0]!, runs[0]!] })
    expect(view.text()).toContain('所有设置都相同。')
  })

  it('marks blocks by sign and word, from the first to the second and the other way round', async () => {
    const lab = smallLab()
    const drop = { id: 'drop', kind: 'dropout', params: {}, position: { x: 0, y: 200 } }
    const more = { ...lab, graph: { ...lab.graph, nodes: [...lab.graph.nodes, drop] } }
    view = mountIn(host, GraphDiff, { compared: [compared('A', lab), compared('B', more)] })
    expect(view.get('[data-testid="compare-changes"]').text()).toMatch(/^\+\s*Dropout\s*added$/)
    expect(view.findAll('[data-mark]').map((block) => block.attributes('data-mark'))).toEqual(['added'])
    await view.get('[data-testid="compare-from"]').setValue('b')
    await view.get('[data-testid="compare-to"]').setValue('a')
    expect(view.get('[data-testid="compare-changes"]').text()).toMatch(/^−\s*Dropout\s*removed$/)
  })

  it('follows runs that train, and reads those that have ended once', async () => {
    for (const [run, state] of [['a', 'finished'], ['b', 'running']] as const) {
      host.runs.set(run, statusOf(run, { state }))
      host.trained.set(run, { ...smallLab(), title: `Lab ${run}` })
    } // prettier-ignore
    useRuns()
    await vi.waitFor(() => expect(useRuns().listed).toHaveLength(2))
    useCompare().toggle('a')
    useCompare().toggle('b')
    const Shown = defineComponent(() => {
      const all = useCompared()
      const line = ({ letter, name, lab, series }: Compared) =>
        `${letter} ${name} ${lab?.training.seed} ${series.get('loss')?.last};`
      return () => all.value.map(line).join('')
    })
    view = mountIn(host, Shown)
    await vi.waitFor(() => expect(host.streams('runs.follow').map(({ argument }) => argument.run)).toEqual(['b']))
    for (const { part } of host.streams('runs.follow')) part({ series: { loss: points(3, 2) } })
    await vi.waitFor(() => expect(view!.text()).toBe('A Lab a 1 undefined;B Lab b 1 2;'))
    useCompare().toggle('b')
    await vi.waitFor(() => expect(host.streams('runs.follow')).toEqual([]))
    await vi.waitFor(() => expect(view!.text()).toBe('A Lab a 1 undefined;'))
  })
})
