/** Reports of made-up runs: everything they say, and nothing of what people wrote as HTML. */
import { describe, expect, it } from 'vitest'
import { noLabel, type RunLabel } from '../contract/run-label'
import type { RunStatus, RunSummary } from '../contract/runs'
import { firstModel } from '../graph/testing'
import type { LabDocument } from '../lab/document'
import { RunSeries } from '../series/series'
import { ticksOf } from './curves-picture'
import { writeReport } from './report'
import type { ReportRun } from './run'
import type { ReportTexts } from './texts'

const files = import.meta.glob<Record<string, unknown>>('../locales/{en,zh}/*.json', { eager: true, import: 'default' })
function textsIn(language: 'en' | 'zh'): ReportTexts {
  const at = (path: string): string | undefined => {
    const [area = '', ...rest] = path.split('.')
    const own = files[`../locales/${language}/${area}.json`]
    const root = own ?? files[`../locales/${language}/interface.json`]
    const keys = own ? rest : [area, ...rest]
    const found = keys.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], root)
    return typeof found === 'string' ? found : undefined
  }
  return {
    language,
    t: (path, params = {}) => {
      const text = at(path)
      if (text === undefined) throw new Error(`There is no text ${path} in ${language}.`)
      return text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name]))
    },
    has: (path) => at(path) !== undefined,
  }
}

const status: RunStatus = {
  ...{ run: 'run-1', state: 'finished', step: 3, steps: 3, engine: 'tfjs', learningRate: 0.01, parameters: 1234 },
  ...{ checkpoint: 3, problem: null, baseline: { accuracy: 0.25 } },
}
const summary: RunSummary = {
  ...{ steps: 3, loss: 0.5, evaluation: { loss: 0.4, accuracy: 0.9 }, parameters: 1234, engine: 'tfjs', endedEarly: false },
  ...{ msPerStep: 2.5, stateHash: 'ab'.repeat(32) },
  classes: [{ name: '<noun>', support: 7, precision: 1, recall: 0.5, f1: 0.667, baseline: { precision: 0, recall: 0, f1: 0 } }],
}
function runOf(
  letter: string,
  change: { label?: Partial<RunLabel>; lab?: Partial<LabDocument>; seed?: number; isUntimed?: boolean } = {},
): ReportRun {
  const series = new RunSeries()
  const steps = Int32Array.of(1, 2, 3)
  series.add({
    loss: { steps, values: Float32Array.of(2, 1, 0.5) },
    ...(!change.isUntimed && { seconds: { steps, values: Float32Array.of(0.1, 0.2, 0.4) } }),
    'validation/loss': { steps: Int32Array.of(3), values: Float32Array.of(0.4) },
    'validation/accuracy': { steps: Int32Array.of(2, 3), values: Float32Array.of(0.95, 0.9) },
  })
  const lab = { ...firstModel(), ...change.lab }
  return {
    ...{ letter, status, summary, series, begun: 0, problem: null },
    label: { ...noLabel, ...change.label },
    lab: { ...lab, training: { ...lab.training, seed: change.seed ?? 1 } },
  }
}
const about = { machine: 'Processor × 2', version: '9.9.9', date: new Date('2026-11-30T12:00:00') }
const evil = `<script>alert(1)</script><img src=x onerror="alert(2)">'`

describe.each(['en', 'zh'] as const)('a report in %s', (language) => {
  const texts = textsIn(language)

  it('of one run has what was trained, all settings, results, curves and where it was made', () => {
    const html = writeReport(
      { runs: [runOf('A', { label: { name: 'Mine', tags: ['one'], note: 'A note' } })], ...about },
      texts,
    )
    for (const part of ['<h1>Mine</h1>', 'A note', '>one<', '90.00 %', '95.00 %', '25.00 %', '0.5000', '9.9.9'])
      expect(html).toContain(part)
    for (const part of ['Processor × 2', 'run-1', 'abababababababab', '&lt;noun&gt;', texts.t('training.seed')])
      expect(html).toContain(part)
    expect(html.match(/<polyline/g)).toHaveLength(3) // the loss, twice, and the accuracy; a single value is a point
    expect(html).toContain(texts.t('views.along.time'))
    expect(html.match(/<circle/g)).toHaveLength(1)
    expect(html).not.toMatch(/undefined|NaN|\[object|\{\w+\}(?![^<]*<\/style>)/)
  })

  it('of several runs has what differs, and marks it in the graph', () => {
    const base = firstModel()
    const drop = { id: 'drop', kind: 'dropout', params: {}, position: { x: 0, y: 200 } }
    const graph = { ...base.graph, nodes: [...base.graph.nodes, drop] }
    const html = writeReport({ runs: [runOf('A'), runOf('B', { seed: 2 }), runOf('C', { lab: { graph } })], ...about }, texts)
    expect(html).toContain(`<h1>${texts.t('report.comparison', { count: 3 })}</h1>`)
    expect(html).toMatch(/<td class="">1<\/td><td class="differs">2<\/td><td class="">1<\/td>/)
    expect(html.match(/<foreignObject/g)).toHaveLength(2 * base.graph.nodes.length + 1)
    expect(html).toContain('stroke="#2b7a3a"')
  })

  it('says which runs have no time, and has no picture by time where none has', () => {
    const [timed, old] = [runOf('A'), runOf('B', { isUntimed: true })]
    const none = texts.t('compare.unplaced.time', { letters: 'B' })
    expect(writeReport({ runs: [timed, old], ...about }, texts)).toContain(none)
    expect(writeReport({ runs: [timed], ...about }, texts)).not.toContain(none)
    expect(writeReport({ runs: [old], ...about }, texts)).not.toContain(texts.t('views.along.time'))
  })

  it('says of equal graphs that they are equal, once', () => {
    const html = writeReport({ runs: [runOf('A'), runOf('B', { seed: 2 })], ...about }, texts)
    expect(html).toContain(texts.t('report.sameGraph'))
  })

  it('escapes names, notes, tags, titles and blocks, and forbids scripts and requests', () => {
    const base = firstModel()
    const nodes = base.graph.nodes.map((node) => ({ ...node, name: evil }))
    const lab = { title: evil, summary: evil, graph: { ...base.graph, nodes } }
    const runs = [runOf('A', { label: { name: evil, note: evil, tags: [evil] }, lab }), runOf('B', { lab })]
    for (const some of [runs, runs.slice(0, 1)]) {
      const html = writeReport({ runs: some, ...about }, texts)
      expect(html).not.toMatch(/<script|<img/)
      expect(html).toContain('&lt;script&gt;')
      expect(html).toContain(`content="default-src &#39;none&#39;`)
      expect(html).not.toMatch(/https?:(?!\/\/www\.w3\.org\/1999\/xhtml)/)
    }
  })
})

it.each([
  [0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [0, 800, [0, 200, 400, 600, 800]],
  [-0.03, 0.07, [-0.02, 0, 0.02, 0.04, 0.06]],
  [97.2, 99.9, [98, 99]],
])('the round numbers from %d to %d are %j', (low, high, ticks) => expect(ticksOf(low, high, 5)).toEqual(ticks))
