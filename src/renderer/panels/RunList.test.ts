// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { getActivePinia } from 'pinia'
import { inject, nextTick } from 'vue'
import { hostKey } from '../api/host'
import { memoryKey } from '../api/memory'
import { i18n } from '../locales'
import { useAnalysis } from '../stores/analysis'
import { useFiles } from '../stores/files'
import { useRun } from '../stores/run'
import { useRuns } from '../stores/runs'
import { fakeHost, smallLab, statusOf, type FakeHost } from '../testing/fake-host'
import RunList from './RunList.vue'

let host: FakeHost
let list: ReturnType<typeof mounted>
beforeEach(() => {
  localStorage.clear()
  host = fakeHost()
  useRuns()
})
afterEach(() => {
  list.unmount()
  i18n.global.locale.value = 'en'
})

function mounted() {
  const provide = host.app.runWithContext(() => ({
    [hostKey as symbol]: inject(hostKey),
    [memoryKey as symbol]: inject(memoryKey),
  }))
  return mount(RunList, { attachTo: document.body, global: { plugins: [i18n, getActivePinia()!], provide } })
}
const show = () => void (list = mounted())
const row = (id: string) => list.get(`[data-testid="run-${id}"]`)
const buttons = (id: string) =>
  row(id)
    .findAll('button')
    .map((button) => button.attributes('aria-label') ?? button.text())

describe('the list of runs', () => {
  it('says so when there is none, in both languages', async () => {
    show()
    expect(list.text()).toContain('No runs yet.')
    i18n.global.locale.value = 'zh'
    await nextTick()
    expect(list.text()).toContain('还没有训练记录')
  })

  it('asks the host when it opens, and tells how each run stands and its place in the line', async () => {
    host.runs.set('mid-1', statusOf('mid-1', { state: 'interrupted', step: 1200, steps: 3000, checkpoint: 1000 }))
    host.runs.set('mid-2', statusOf('mid-2', { state: 'queued', queue: 2 }))
    show()
    await vi.waitFor(() => expect(list.findAll('li')).toHaveLength(2))
    expect(row('mid-1').text()).toContain('Interrupted')
    expect(row('mid-1').text()).toContain('step 1,200 of 3,000')
    expect(row('mid-2').text()).toContain('number 2 in line')
  })

  it('offers what can be done with each, by names that tell the runs apart', async () => {
    host.runs.set('a', statusOf('a', { state: 'interrupted', step: 70, checkpoint: 50 }))
    host.runs.set('b', statusOf('b', { state: 'queued', queue: 1 }))
    host.runs.set('c', statusOf('c', { state: 'finished', step: 100, checkpoint: 100 }))
    show()
    await vi.waitFor(() => expect(list.findAll('li')).toHaveLength(3))
    const unknown = '“Run of an earlier session”'
    expect(buttons('a')).toEqual([`Go on with the run of ${unknown} from step 50`, `Delete the run of ${unknown}`])
    expect(buttons('b')).toEqual([`Stop the run of ${unknown}`])
    expect(buttons('c')).toEqual([`Delete the run of ${unknown}`])
  })

  it('marks the run on screen, which need not be opened, with its figures', async () => {
    useFiles().open(smallLab())
    await vi.waitFor(() => expect(useAnalysis().result).not.toBeNull())
    await useRun().play()
    const accuracies = new Float32Array(2)
    const evaluations = [{ step: 2, loss: 1, metrics: { accuracy: 0.625 } }]
    const losses = Float32Array.of(3, 2.5)
    host.emit('run.telemetry', { run: 'run-1', firstStep: 1, losses, accuracies, stepsPerSecond: 9, evaluations })
    await vi.waitFor(() => expect(useRun().series.losses).toHaveLength(2))
    host.runs.set('run-1', { ...useRun().status!, baseline: { accuracy: 0.25 } })
    show()
    expect(row('run-1').attributes('aria-current')).toBe('true')
    expect(row('run-1').text()).toContain('Small')
    expect(row('run-1').text()).toContain('step 2 of 100 · loss 2.50 · validation accuracy 62.5 %')
    await vi.waitFor(() => expect(row('run-1').text()).toContain('accuracy 62.5 % (majority baseline 25.0 %)'))
    expect(buttons('run-1')).toEqual(['Stop the run of “Small”'])
  })

  it('tells which weights a run began with, and why not with the others', async () => {
    const misfits = [{ name: 'classifier/weight', reason: 'shape', own: [8, 5], given: [8, 9] }] as const
    const transplant = { matched: ['embedding/table', 'norm/gain'], misfits, missing: ['norm/bias'], unused: ['old/weight'] }
    host.runs.set('a', statusOf('a', { state: 'finished', transplant }))
    host.runs.set('b', statusOf('b', { state: 'finished' }))
    show()
    await vi.waitFor(() => expect(list.find('[data-testid="run-a"]').exists()).toBe(true))
    const report = () => row('a').get('[data-testid="transplant"]')
    expect(row('b').find('[data-testid="transplant"]').exists()).toBe(false)
    expect(report().get('p').text()).toBe('Weights taken over: 2. The other 2 of the model begin as they would have.')
    expect(report().get('summary').text()).toBe('Not taken over: 3')
    expect(
      report()
        .findAll('li')
        .map((each) => each.text()),
    ).toEqual([
      'classifier/weight another shape, (8, 9) there and (8, 5) here',
      'norm/bias not there',
      'old/weight only there; not used',
    ])
    i18n.global.locale.value = 'zh'
    await nextTick()
    expect(report().text()).toContain('没有沿用：3 个')
  })

  it('deletes only after a second yes, and keeps the keyboard where it was', async () => {
    host.runs.set('a', statusOf('a', { state: 'finished' }))
    show()
    await vi.waitFor(() => expect(list.findAll('li')).toHaveLength(1))
    await row('a').get('[data-testid="run-delete"]').trigger('click')
    expect(host.callsOf('runs.remove')).toEqual([])
    await vi.waitFor(() => expect(document.activeElement?.textContent).toBe('Keep'))
    await row('a').get('[data-keep]').trigger('click')
    await vi.waitFor(() => expect(document.activeElement?.getAttribute('data-testid')).toBe('run-delete'))

    await row('a').get('[data-testid="run-delete"]').trigger('click')
    await row('a').get('[data-testid="run-delete-sure"]').trigger('click')
    await vi.waitFor(() => expect(list.findAll('li')).toHaveLength(0))
    expect(host.callsOf('runs.remove')).toEqual([{ run: 'a' }])
    expect(document.activeElement).toBe(list.element)
  })
})
