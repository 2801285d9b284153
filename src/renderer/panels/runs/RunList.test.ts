// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { RunOverview, RunStatus } from '@core/contract/runs'
import { i18n } from '../../locales'
import { useAnalysis } from '../../stores/analysis'
import { useFiles } from '../../stores/files'
import { useLab } from '../../stores/lab'
import { usePrompts } from '../../stores/prompts'
import { useRun } from '../../stores/run'
import { useRuns } from '../../stores/runs'
import { fakeHost, smallLab, statusOf, type FakeHost } from '../../testing/fake-host'
import { mountIn } from '../../testing/mounting'
import RunList from './RunList.vue'

let host: FakeHost
let list: ReturnType<typeof mountIn>
beforeEach(() => {
  localStorage.clear()
  host = fakeHost()
})
afterEach(() => {
  list.unmount()
  i18n.global.locale.value = 'en'
})

async function show(...runs: readonly RunStatus[]): Promise<void> {
  for (const status of runs) {
    host.runs.set(status.run, status)
    host.trained.set(status.run, { ...smallLab(), title: `Lab ${status.run}` })
  }
  useRuns()
  await vi.waitFor(() => expect(useRuns().listed).toHaveLength(runs.length))
  list = mountIn(host, RunList)
}
const row = (id: string) => list.get(`[data-testid="run-${id}"]`)
const button = (id: string, name: string) => row(id).get(`[data-testid="run-${name}"]`)
const names = (id: string) =>
  row(id)
    .findAll('.actions button')
    .map((each) => each.attributes('aria-label') ?? each.text())
const overview = (status: RunStatus, change: Partial<RunOverview> = {}): RunOverview => ({
  ...{ status, title: 'Lab', task: 'reverse', begun: null, loss: null, evaluation: null },
  curve: { steps: Int32Array.of(1, 2, 3), values: Float32Array.of(3, 1, 2) },
  ...change,
})

describe('the list of runs', () => {
  it('shows a note if it is empty, in both languages', async () => {
    await show()
    expect(list.text()).toContain('No runs yet.')
    i18n.global.locale.value = 'zh'
    await nextTick()
    expect(list.text()).toContain('还没有训练记录')
  })

  it('shows the state and queue position of each run without further requests', async () => {
    await show(
      statusOf('a', { state: 'interrupted', step: 1200, steps: 3000, checkpoint: 1000 }),
      statusOf('b', { state: 'queued', queue: 2 }),
    )
    expect(row('a').text()).toContain('Interrupted')
    expect(row('a').text()).toContain('step 1,200 of 3,000')
    expect(row('b').text()).toContain('position 2')
    expect(host.calls.map(([name]) => name)).toEqual(['runs.watch'])
  })

  it('updates metrics, start time and sparkline from run events', async () => {
    await show(statusOf('a'))
    expect(row('a').find('polyline').exists()).toBe(false)
    const evaluation = { step: 2, loss: 1, metrics: { accuracy: 0.625 } }
    host.list(overview(statusOf('a', { step: 2 }), { loss: 2.5, evaluation, begun: Date.UTC(2026, 10, 24, 9, 30) }))
    await vi.waitFor(() => expect(row('a').text()).toContain('step 2 of 100 · loss 2.50 · validation accuracy 62.5 %'))
    expect(row('a').get('time').text()).toContain('2026')
    host.list(overview(statusOf('a', { step: 2, baseline: { accuracy: 0.25 } }), { evaluation }))
    await vi.waitFor(() => expect(row('a').text()).toContain('accuracy 62.5 % (majority baseline 25.0 %)'))
    // Steps across 88 px; losses from 3 (top) to 1 (bottom) across 24 px, with a margin.
    expect(row('a').get('polyline').attributes('points')).toBe('1.5,1.5 44.0,22.5 86.5,12.0')
  })

  it('offers actions per run, with distinct accessible names', async () => {
    await show(
      statusOf('a', { state: 'interrupted', step: 70, checkpoint: 50 }),
      statusOf('b', { state: 'queued', queue: 1 }),
      statusOf('c', { state: 'finished', step: 100, checkpoint: 100 }),
    )
    expect(names('a')).toEqual([
      'Open the run of “Lab a”',
      'Resume the run of “Lab a” from step 50',
      'HTML report of the run of “Lab a”',
      'Name, tags and note of the run of “Lab a”',
      'Delete the run of “Lab a”',
    ])
    expect(names('b')).toEqual([
      'Open the run of “Lab b”',
      'HTML report of the run of “Lab b”',
      'Name, tags and note of the run of “Lab b”',
      'Stop the run of “Lab b”',
    ])
    expect(names('c')).toEqual([
      'Open the run of “Lab c”',
      'HTML report of the run of “Lab c”',
      'Name, tags and note of the run of “Lab c”',
      'Delete the run of “Lab c”',
    ])
  })

  it('opens a run with its lab, and resumes one', async () => {
    await show(statusOf('a', { state: 'interrupted', step: 70, checkpoint: 50 }), statusOf('b', { state: 'finished' }))
    await button('b', 'open').trigger('click')
    await vi.waitFor(() => expect(useRun().status?.run).toBe('b'))
    expect(useLab().document?.title).toBe('Lab b')
    await vi.waitFor(() => expect(row('b').attributes('aria-current')).toBe('true'))
    expect(names('b')).not.toContain('Open the run of “Lab b”')

    await button('a', 'resume').trigger('click')
    await vi.waitFor(() => expect(host.callsOf('runs.resume')).toEqual([{ run: 'a', more: null }]))
    expect(useLab().document?.title).toBe('Lab a')
  })

  it('trains the open lab starting from the weights of another run', async () => {
    useFiles().open(smallLab())
    await vi.waitFor(() => expect(useAnalysis().result).not.toBeNull())
    await show(statusOf('c', { state: 'finished', step: 100, checkpoint: 100 }))
    await button('c', 'start-from').trigger('click')
    await vi.waitFor(() => expect(host.callsOf('runs.start')).toMatchObject([{ from: 'c' }]))
  })

  it('shows which weights a run loaded, and why others were not', async () => {
    const misfits = [{ name: 'classifier/weight', reason: 'shape', own: [8, 5], given: [8, 9] }] as const
    const transplant = { matched: ['embedding/table', 'norm/gain'], misfits, missing: ['norm/bias'], unused: ['old/weight'] }
    await show(statusOf('a', { state: 'finished', transplant }), statusOf('b', { state: 'finished' }))
    const report = () => row('a').get('[data-testid="transplant"]')
    expect(row('b').find('[data-testid="transplant"]').exists()).toBe(false)
    expect(report().get('p').text()).toBe('Loaded weights: 2. The other 2 weights of the model are initialised as usual.')
    expect(report().get('summary').text()).toBe('Not loaded: 3')
    expect(
      report()
        .findAll('li')
        .map((each) => each.text()),
    ).toEqual([
      'classifier/weight shapes differ: (8, 9) in the source, (8, 5) in this model',
      'norm/bias missing in the source',
      'old/weight only in the source; not used',
    ])
    i18n.global.locale.value = 'zh'
    await nextTick()
    expect(report().text()).toContain('未载入：3 个')
  })

  it('hides a deleted run at once', async () => {
    await show(statusOf('a', { state: 'finished' }), statusOf('b', { state: 'finished' }))
    await button('a', 'delete').trigger('click')
    await vi.waitFor(() => expect(list.findAll('li')).toHaveLength(1))
    expect(host.callsOf('runs.remove')).toEqual([])
  })

  it('names, tags and stars a run', async () => {
    await show(statusOf('a', { state: 'finished' }))
    await button('a', 'star').trigger('click')
    await vi.waitFor(() => expect(button('a', 'star').attributes('aria-pressed')).toBe('true'))
    await button('a', 'edit').trigger('click')
    await vi.waitFor(() => expect(document.activeElement).toBe(row('a').get('[data-testid="run-name"]').element))
    await row('a').get('[data-testid="run-name"]').setValue('Two heads')
    await row('a').get('[data-testid="run-tags"]').setValue(' heads, class 7，heads,')
    await row('a').get('[data-testid="run-note"]').setValue('better')
    await row('a').get('form').trigger('submit')
    const label = { name: 'Two heads', note: 'better', tags: ['heads', 'class 7'], starred: true }
    expect(host.callsOf('runs.label').at(-1)).toEqual({ run: 'a', ...label })
    await vi.waitFor(() => expect(row('a').get('strong').text()).toBe('Two heads'))
    expect(
      row('a')
        .findAll('.tag')
        .map((tag) => tag.text()),
    ).toEqual(['heads', 'class 7'])
    expect(row('a').get('.what').text()).toContain('Lab a')
  })

  it('filters, and says how many runs it has found', async () => {
    await show(statusOf('x', { state: 'finished' }), statusOf('y', { state: 'failed' }))
    await list.get('[data-testid="runs-filter"]').setValue('lab y')
    await vi.waitFor(() => expect(list.findAll('li')).toHaveLength(1))
    expect(list.get('[data-testid="runs-count"]').text()).toBe('1 of 2 runs')
    await list.get('[data-testid="runs-state"]').setValue('finished')
    await vi.waitFor(() => expect(list.text()).toContain('No run matches the filter.'))
  })

  it('indents a fork below the run it left, and says where', async () => {
    await show(statusOf('b', { state: 'finished' }), statusOf('a', { state: 'finished', forkedFrom: { run: 'b', step: 70 } }))
    expect(list.findAll('li').map((item) => item.attributes('data-testid'))).toEqual(['run-b', 'run-a'])
    expect(row('a').attributes('style')).toContain('margin-left: 20px')
    expect(row('a').text()).toContain('forked from “Lab b” at step 70')
  })

  it('compares at least two and at most ten ticked runs', async () => {
    await show(...Array.from({ length: 11 }, (_, index) => statusOf(`r${index}`, { state: 'finished' })))
    const compare = () => list.get('[data-testid="runs-compare"]')
    await button('r0', 'tick').setValue(true)
    expect(compare().attributes('disabled')).toBeDefined()
    for (let index = 1; index < 10; index++) await button(`r${index}`, 'tick').setValue(true)
    expect(compare().text()).toBe('Compare (10)')
    expect(compare().attributes('disabled')).toBeUndefined()
    expect(button('r10', 'tick').attributes('disabled')).toBeDefined()
    await button('r3', 'tick').setValue(false)
    expect(compare().text()).toBe('Compare (9)')
    await compare().trigger('click')
    expect(usePrompts().overlay).toBe('compare')
  })

  it('draws the first of hundreds of runs, and re-renders only those that change', async () => {
    await show(...Array.from({ length: 300 }, (_, index) => statusOf(`run-${index}`, { state: 'finished' })))
    expect(list.findAll('li')).toHaveLength(30)
    expect(list.get('[data-testid="runs-count"]').text()).toBe('300 of 300 runs')
    const before = row('run-97').get('.ui-facts').element.firstChild
    host.list(overview(statusOf('run-98', { step: 5 })))
    await vi.waitFor(() => expect(row('run-98').text()).toContain('step 5'))
    expect(row('run-97').get('.ui-facts').element.firstChild).toBe(before)
  })
})
