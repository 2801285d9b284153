// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { LabError } from '@core/errors'
import { firstModel } from '@core/graph/testing'
import { i18n } from '../locales'
import { useAnalysis } from '../stores/analysis'
import { useFiles } from '../stores/files'
import { useLab } from '../stores/lab'
import { useLooks } from '../stores/looks'
import { useRun } from '../stores/run'
import { useWorth } from '../stores/worth'
import { fakeHost, statusOf, type FakeHost } from '../testing/fake-host'
import { mountIn } from '../testing/mounting'
import MuteBar from './MuteBar.vue'

const heads = 'multi-head/heads'
let host: FakeHost
let page: ReturnType<typeof mountIn>
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useFiles().open(firstModel(8, 2))
  await vi.waitFor(() => expect(useAnalysis().result?.problems).toEqual([]))
  page = mountIn(host, MuteBar)
})
afterEach(() => {
  page.unmount()
  document.body.replaceChildren()
  i18n.global.locale.value = 'en'
})
const at = (name: string) => page.get(`[data-testid="${name}"]`)
async function mute(mutes: Record<string, number[]> = { [heads]: [1, 0] }): Promise<void> {
  useLab().setMutes(mutes)
  await nextTick()
}
async function measured(): Promise<void> {
  await useRun().play()
  await mute()
  await vi.waitFor(() => expect(page.find('[data-testid="mute-loss"]').exists()).toBe(true))
}

describe('the mute bar', () => {
  it('is shown while something is muted and names it in both languages', async () => {
    expect(page.find('section').exists()).toBe(false)
    await mute()
    expect(page.get('b').text()).toBe('Muted: head 2 of Multi-head attention')
    await mute({ [heads]: [0, 0] })
    expect(page.get('b').text()).toBe('Muted: all heads of Multi-head attention')
    i18n.global.locale.value = 'zh'
    await nextTick()
    expect(page.get('b').text()).toBe('已停用：所有头（多头注意力）')
    i18n.global.locale.value = 'en'
    const neurons = (...muted: readonly number[]) => ({
      'feed-forward/neurons': Array.from({ length: 16 }, (_, neuron) => Number(!muted.includes(neuron + 1))),
    })
    await mute(neurons(3, 7))
    expect(page.get('b').text()).toBe('Muted: neuron 3 of Feed-forward, neuron 7 of Feed-forward')
    await mute(neurons(3, 4, 5, 7))
    expect(page.get('b').text()).toBe('Muted: 4 neurons of Feed-forward')
    await mute({ 'norm/output': [0] })
    expect(page.get('b').text()).toBe('Muted: Normalisation')
    for (let step = 0; step < 5; step++) useLab().undo()
    await nextTick()
    expect(page.find('section').exists()).toBe(false)
  })

  it('asks for training when there is no model, and for retraining when the block has changed since', async () => {
    await mute()
    expect(page.text()).toContain('Train the model to see the effect of muting.')
    await useRun().play()
    useLab().apply({ type: 'setParam', node: 'multi-head', param: 'scale', value: false })
    await nextTick()
    expect(page.text()).toContain('This block was changed after training')
    expect(host.callsOf('models.evaluate')).toEqual([])
  })

  it('shows the effect of the mutes', async () => {
    await measured()
    expect(at('mute-loss').text()).toBe('loss +0.500')
    expect(at('mute-accuracy').text()).toBe('accuracy 99.9 % → 88.6 %')
    expect(at('mute-broken').text()).toBe('11 samples newly wrong')
  })

  it('lists the samples that became wrong, and selects one on click', async () => {
    await measured()
    await at('mute-broken').trigger('click')
    await vi.waitFor(() => expect(document.querySelector('[data-testid="broken-17"]')).not.toBeNull())
    const button = document.querySelector<HTMLElement>('[data-testid="broken-17"]')!
    expect([button.textContent.trim(), button.getAttribute('aria-label')]).toEqual(['18', 'Show validation sample 18'])
    button.click()
    await nextTick()
    expect([useLooks().chosen, button.getAttribute('aria-pressed')]).toEqual([{ sample: 17 }, 'true'])
  })

  it('shows the step of the measurement once training has continued, and measures again on request', async () => {
    await measured()
    expect(page.text()).not.toContain('measured at')
    await vi.waitFor(() => expect(host.streams('runs.follow')).toHaveLength(1))
    host.tell(statusOf('run-1', { step: 50 }))
    await vi.waitFor(() => expect(page.text()).toContain('evaluated at step 0'))
    await at('mute-again').trigger('click')
    await vi.waitFor(() => expect(page.text()).not.toContain('measured at'))
    expect(host.callsOf('models.evaluate')).toHaveLength(2)
  })

  it('shows why a measurement failed, and retries', async () => {
    host.failing.set('models.evaluate', new LabError('model.made-room'))
    await useRun().play()
    await mute()
    await vi.waitFor(() => expect(page.text()).toContain('closed to free memory'))
    host.failing.clear()
    await at('mute-again').trigger('click')
    await vi.waitFor(() => expect(page.find('[data-testid="mute-loss"]').exists()).toBe(true))
  })

  it('undoes one step, or unmutes everything as a new step', async () => {
    await mute()
    await mute({ [heads]: [0, 0] })
    await at('mute-undo').trigger('click')
    expect(useLab().mutes).toEqual({ [heads]: [1, 0] })
    await at('unmute-all').trigger('click')
    expect(useLab().mutes).toEqual({})
    useLab().undo()
    expect(useLab().mutes).toEqual({ [heads]: [1, 0] })
  })

  it('has the switch for what each part is worth, and is there for it also while nothing is muted', async () => {
    await measured()
    await at('worth-switch').trigger('click')
    expect(useWorth().isOn).toBe(true)
    expect(at('worth-said').text()).toContain('in turn')
    await vi.waitFor(() => expect(at('worth-said').text()).toContain('in points · 100 validation samples · step 0'))
    await mute({})
    expect(page.get('b').text()).toBe('What is each worth?')
    expect(page.find('[data-testid="mute-undo"]').exists()).toBe(false)
    i18n.global.locale.value = 'zh'
    await nextTick()
    expect(page.get('b').text()).toBe('各部分的作用有多大？')
    await at('worth-switch').trigger('click')
    expect(page.find('section').exists()).toBe(false)
  })

  it('says why the parts could not be measured, and retries', async () => {
    host.failing.set('models.worth', new LabError('worth.too-many-parts', { count: 700, most: 600 }))
    await useRun().play()
    useWorth().isOn = true
    await vi.waitFor(() => expect(at('worth-said').text()).toContain('700 parts'))
    host.failing.clear()
    await at('worth-again').trigger('click')
    await vi.waitFor(() => expect(at('worth-said').text()).toContain('100 validation samples'))
  })
})
