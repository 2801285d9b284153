// @vitest-environment happy-dom
/** Heads are scored on request, with progress, and can be cancelled; a head of the table is shown in the inspector. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { HeadReport, ScoredHead } from '@core/contract/heads'
import type { Progress } from '@core/contract/progress'
import type { LabMethods } from '@core/contract/lab'
import type { Argument, Call } from '@core/contract/table'
import { LabError } from '@core/errors'
import { readyGroups } from '@core/graph/ready-groups'
import { firstModel } from '@core/graph/testing'
import { headScoreNames } from '@core/heads/scores'
import { i18n } from '../../locales'
import { useAnalysis } from '../../stores/analysis'
import { useFiles } from '../../stores/files'
import { useHeadHistory } from '../../stores/head-history'
import { useHeads } from '../../stores/heads'
import { useInspector } from '../../stores/inspector'
import { useRun } from '../../stores/run'
import { useScope } from '../../stores/scope'
import { fakeHost, statusOf, type FakeHost } from '../../testing/fake-host'
import { mountIn } from '../../testing/mounting'
import HeadsPanel from './HeadsPanel.vue'

const head = (block: string, index: number, scores: Partial<ScoredHead['scores']>): ScoredHead => ({
  ...{ block, head: index },
  scores: { ...(Object.fromEntries(headScoreNames.map((name) => [name, 0.25])) as ScoredHead['scores']), ...scores },
})
const report: HeadReport = {
  ...{ step: 1500, samples: 256, evaluated: 500 },
  heads: [
    head('multi-head', 0, { induction: 0.1, copying: 'no-logits', entropy: NaN }),
    head('multi-head', 1, { induction: 0.9, distance: 7.51 }),
  ],
}

let host: FakeHost
let page: ReturnType<typeof mountIn>
const at = (name: string) => page.get(`[data-testid="${name}"]`)
const names = () => page.findAll('tbody th').map((cell) => cell.text())
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  host.answering.set('models.heads', () => report)
  useFiles().open(firstModel(8, 2))
  await vi.waitFor(() => expect(useAnalysis().result?.problems).toEqual([]))
  page = mountIn(host, HeadsPanel)
})
afterEach(() => {
  page.unmount()
  document.body.replaceChildren()
  i18n.global.locale.value = 'en'
})
async function scored(): Promise<void> {
  await useRun().play()
  await nextTick()
  await at('heads-measure').trigger('click')
  await vi.waitFor(() => expect(page.find('table').exists()).toBe(true))
}

describe('scoring', () => {
  it('needs a model, and heads', async () => {
    expect(page.text()).toContain('Click Train')
    expect(useHeads().exist).toBe(true)
    useFiles().open({ ...firstModel(), graph: { nodes: [], edges: [] } })
    await vi.waitFor(() => expect(useHeads().exist).toBe(false))
  })

  it('tells the step and the samples, in both languages', async () => {
    await scored()
    expect(host.callsOf('models.heads')).toHaveLength(1)
    expect(page.text()).toContain('Step 1,500: patterns on 256 validation samples, muting on 500')
    i18n.global.locale.value = 'zh'
    await nextTick()
    expect(page.text()).toContain('第 1,500 步')
    expect(names()).toEqual(['多头注意力 · 头 1', '多头注意力 · 头 2'])
  })

  it('shows its progress and can be cancelled', async () => {
    const signals: { aborted: boolean }[] = []
    host.answering.set('models.heads', (call) => {
      const { signal, part } = call as unknown as Call<Progress>
      part({ done: 1, of: 4 })
      signals.push(signal)
      return new Promise(() => undefined)
    })
    await useRun().play()
    await nextTick()
    await at('heads-measure').trigger('click')
    await vi.waitFor(() => expect(page.get('progress').attributes('value')).toBe('0.25'))
    await at('heads-cancel').trigger('click')
    await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true))
    expect(page.find('progress').exists()).toBe(false)
    expect(page.find('[role="alert"]').exists()).toBe(false)
  })

  it('says why it failed', async () => {
    host.failing.set('models.heads', new LabError('model.made-room'))
    await useRun().play()
    await nextTick()
    await at('heads-measure').trigger('click')
    await vi.waitFor(() => expect(page.get('[role="alert"]').text()).not.toBe(''))
  })

  it('forgets the scores of another run', async () => {
    await scored()
    await useRun().trainAgain()
    await vi.waitFor(() => expect(page.find('table').exists()).toBe(false))
  })
})

describe('the table', () => {
  beforeEach(scored)

  it('has a column for each score, with its unit', () => {
    expect(page.findAll('thead th').map((cell) => cell.text())).toEqual([
      ...['head', 'entropy', 'distance', 'self', 'first', 'previous', 'induction', 'duplicate', 'copying (OV)'],
      ...['importance', 'accuracy drop', 'diversity'],
    ])
    const cells = at('head-multi-head/1')
      .findAll('td')
      .map((cell) => cell.text())
    expect(cells).toEqual([
      ...['0.25', '7.5', '25.0 %', '25.0 %', '25.0 %', '90.0 %', '25.0 %', '0.250', '0.250', '25.0 %', '0.25'],
    ])
  })

  it('says why a score is missing, and shows NaN', () => {
    const cells = at('head-multi-head/0').findAll('td')
    expect(cells[0]!.text()).toBe('NaN')
    expect(cells[7]!.attributes('title')).toContain('Not defined: between this block and the logits')
    expect(cells[7]!.get('.sr-only').text()).toBe(cells[7]!.attributes('title'))
  })

  it('is sorted by a score, the largest first, then the smallest', async () => {
    await at('sort-induction').trigger('click')
    expect(names()).toEqual(['Multi-head · head 2', 'Multi-head · head 1'])
    expect(page.get('th[aria-sort="descending"]').text()).toBe('induction')
    await at('sort-induction').trigger('click')
    expect(names()).toEqual(['Multi-head · head 1', 'Multi-head · head 2'])
    await at('sort-copying').trigger('click')
    expect(names()).toEqual(['Multi-head · head 2', 'Multi-head · head 1'])
  })

  it('shows a head in the inspector', async () => {
    const button = at('head-multi-head/1').get('button')
    expect(button.attributes('aria-label')).toBe('Show head 2 of Multi-head attention in the inspector')
    expect(button.attributes('aria-pressed')).toBe('false')
    await button.trigger('click')
    expect(useScope().selection).toEqual(['multi-head'])
    expect([useInspector().tab, useInspector().focus.head]).toEqual(['live', 1])
    expect(button.attributes('aria-pressed')).toBe('true')
  })
})

describe('over time', () => {
  beforeEach(async () => {
    host.answering.set('runs.moments', () => ({ steps: [0, 50], bytes: 1, most: 2 }))
    host.answering.set('models.heads', () => {
      const { model, muting } = (host.callsOf('models.heads') as Argument<LabMethods, 'models.heads'>[]).at(-1)!
      const step = Number(model.step)
      if (muting) return { ...report, step: Number.isInteger(step) ? step : report.step }
      const heads = report.heads.map((each) => ({
        ...each,
        scores: { ...each.scores, induction: each.head === 1 && step > 0 ? 0.8 : 0.1, importance: 'left-out' as const },
      }))
      return { ...report, step, evaluated: 0, heads }
    })
    await useRun().play()
    host.tell(statusOf('run-1', { state: 'finished', step: 100, checkpoint: 100 }))
    await vi.waitFor(() => expect(useRun().status?.state).toBe('finished'))
    await at('heads-course').trigger('click')
    await vi.waitFor(() => expect(useHeadHistory().isWhole).toBe(true))
    await nextTick()
  })
  const formed = () => page.findAll('[data-testid="formed"]').map((cell) => cell.text())

  it('each head has a curve, and the step at which it formed by the score of the order', async () => {
    expect(page.findAll('tbody svg')).toHaveLength(2)
    expect(page.get('th.course').text()).toBe('induction over time')
    expect(formed()[0]).toMatch(/^–/)
    expect(formed()[1]).toMatch(/^50.*every saved step from 50 on; below it at step 0/)
    expect(page.text()).toContain('Step 100: patterns on 256 validation samples, nothing muted')
    expect(page.find('[data-testid="heads-course"]').exists()).toBe(false)
    await at('sort-entropy').trigger('click')
    expect(page.get('th.course').text()).toBe('entropy over time')
    expect(formed().every((text) => text.includes('it has no threshold'))).toBe(true)
    await at('sort-importance').trigger('click')
    expect(page.get('th.course').text()).toBe('induction over time')
  })

  it('what muting costs is scored over time on request', async () => {
    await at('sort-importance').trigger('click')
    await at('heads-course-muted').trigger('click')
    await vi.waitFor(() => expect(useHeadHistory().isMuted).toBe(true))
    await nextTick()
    expect(page.find('[data-testid="heads-course-muted"]').exists()).toBe(false)
    expect(page.get('th.course').text()).toBe('importance over time')
  })

  it('the analysis of one step, with what muting costs, takes the place of the last step in the table', async () => {
    await at('heads-measure').trigger('click')
    await vi.waitFor(() => expect(page.text()).toContain('Step 1,500'))
    expect(page.findAll('tbody svg')).toHaveLength(2)
  })
})

it('a head inside of a group is shown there', async () => {
  const document = firstModel()
  const nodes = [{ id: 'stack', kind: 'group', params: { group: 'transformer-block', repeat: 2 }, position: { x: 0, y: 0 } }]
  useFiles().open({ ...document, graph: { nodes, edges: [], groups: readyGroups } })
  await nextTick()
  useScope().reveal('stack.2.attention')
  expect(useScope().path).toEqual([{ node: 'stack', repetition: 2 }])
  expect(useScope().selection).toEqual(['attention'])
  useScope().reveal('stack.2.norm')
  expect(useScope().path).toHaveLength(1)
  expect(useScope().selection).toEqual(['norm'])
})
