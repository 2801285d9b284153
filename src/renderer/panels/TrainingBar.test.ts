// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { i18n } from '../locales'
import { useAnalysis } from '../stores/analysis'
import { useFiles } from '../stores/files'
import { useLab } from '../stores/lab'
import { useRun } from '../stores/run'
import { fakeHost, smallLab, statusOf, type FakeHost } from '../testing/fake-host'
import { mountIn } from '../testing/mounting'
import TrainingBar from './TrainingBar.vue'

let host: FakeHost
let bar: ReturnType<typeof mountIn>
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useFiles().open(smallLab())
  await vi.waitFor(() => expect(useAnalysis().result).not.toBeNull())
  bar = mountIn(host, TrainingBar)
})
afterEach(() => {
  bar.unmount()
  i18n.global.locale.value = 'en'
})
const has = (name: string) => bar.find(`[data-testid="${name}"]`).exists()
const at = (name: string) => bar.get(`[data-testid="${name}"]`)
const primary = () => bar.get('.play')
const label = () => primary().attributes('aria-label')
async function runIs(change: Parameters<typeof statusOf>[1]): Promise<void> {
  if (!useRun().status) await useRun().play()
  await vi.waitFor(() => expect(host.streams('runs.follow')).toHaveLength(1))
  host.tell(statusOf('run-1', change))
  await vi.waitFor(() => expect(useRun().status?.state).toBe(change?.state))
}

describe('the primary button', () => {
  it('trains, pauses and resumes a paused run', async () => {
    expect(label()).toBe('Train')
    await primary().trigger('click')
    await vi.waitFor(() => expect(label()).toBe('Pause'))
    await primary().trigger('click')
    await vi.waitFor(() => expect(label()).toBe('Train'))
    expect(has('again')).toBe(true)
    await primary().trigger('click')
    await vi.waitFor(() => expect(label()).toBe('Pause'))
    expect(host.callsOf('runs.start')).toHaveLength(1)
  })

  it.each([
    ['stopped', 'Resume to step 100'],
    ['interrupted', 'Resume to step 100'],
    ['failed', 'Resume to step 100'],
  ] as const)('resumes a run after state %s', async (state, name) => {
    await runIs({ state, step: 70, checkpoint: 50 })
    await vi.waitFor(() => expect(label()).toBe(name))
    expect([at('step').attributes('disabled'), bar.find('.more').exists()]).toEqual(['', false])
    await primary().trigger('click')
    await vi.waitFor(() => expect(host.callsOf('runs.resume')).toEqual([{ run: 'run-1', more: null }]))
  })

  it('continues a finished run for the chosen number of steps, by default that of the lab', async () => {
    await runIs({ state: 'finished', step: 100, checkpoint: 100 })
    await vi.waitFor(() => expect(label()).toBe('Continue for 100 more steps'))
    const field = bar.get('.more input')
    await field.setValue('1200')
    await field.trigger('blur')
    expect(label()).toBe('Continue for 1,200 more steps')
    await primary().trigger('click')
    await vi.waitFor(() => expect(host.callsOf('runs.resume')).toEqual([{ run: 'run-1', more: 1200 }]))
    expect(host.callsOf('runs.start')).toHaveLength(1)
  })

  it('trains from scratch after the lab has changed', async () => {
    await runIs({ state: 'finished', step: 100, checkpoint: 100 })
    useLab().apply({ type: 'setParam', node: 'embedding', param: 'width', value: 8 })
    await vi.waitFor(() => expect(label()).toBe('Train'))
    expect(has('again')).toBe(false)
  })

  it('is translated to Chinese', async () => {
    i18n.global.locale.value = 'zh'
    await runIs({ state: 'finished', step: 100, checkpoint: 100 })
    await vi.waitFor(() => expect(label()).toBe('再训练 100 步'))
    expect(at('again').attributes('aria-label')).toBe('重新训练')
  })
})

describe('the other controls', () => {
  it('train again as a new run and keep the previous one', async () => {
    expect(has('again')).toBe(false)
    await runIs({ state: 'finished', step: 100, checkpoint: 100 })
    await vi.waitFor(() => expect(has('again')).toBe(true))
    await at('again').trigger('click')
    await vi.waitFor(() => expect(useRun().status?.run).toBe('run-2'))
    expect(host.runs.get('run-1')?.state).toBe('finished')
  })

  it('extend a finished run by one step', async () => {
    await runIs({ state: 'finished', step: 100, checkpoint: 100 })
    await at('step').trigger('click')
    await vi.waitFor(() => expect(host.callsOf('runs.resume')).toEqual([{ run: 'run-1', more: 1 }]))
  })

  it('show values of the run on screen, and dashes until there are any', async () => {
    const points = (value: number) => ({ steps: Int32Array.of(10), values: Float32Array.of(value) })
    await runIs({ state: 'finished', step: 100, checkpoint: 100 })
    host.tell(host.runs.get('run-1')!, { series: { loss: points(0.25), 'validation/accuracy': points(0.625) } })
    await vi.waitFor(() => expect(at('stat-loss').text()).toBe('0.250'))
    expect(at('stat-accuracy').text()).toBe('62.5 %')
    await useRun().trainAgain()
    await vi.waitFor(() => expect([at('stat-loss').text(), at('stat-accuracy').text()]).toEqual(['–', '–']))
  })
})
