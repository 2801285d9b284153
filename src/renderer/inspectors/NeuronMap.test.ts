// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { firstModel } from '@core/graph/testing'
import { i18n } from '../locales'
import { useAnalysis } from '../stores/analysis'
import { useFiles } from '../stores/files'
import { useLab } from '../stores/lab'
import { fakeHost, type FakeHost } from '../testing/fake-host'
import { mountIn } from '../testing/mounting'
import NeuronMap from './NeuronMap.vue'

const gate = 'feed-forward/neurons'

let host: FakeHost
let page: ReturnType<typeof mountIn>
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useFiles().open(firstModel(8, 2)) // 16 hidden neurons
  await vi.waitFor(() => expect(useAnalysis().result?.problems).toEqual([]))
  // Two tokens: neuron n has 0 and n, but neuron 3 has −5 and 2.
  const data = Float32Array.from({ length: 32 }, (_, i) => (i < 16 ? (i === 2 ? -5 : 0) : i === 18 ? 2 : i - 15))
  const hidden = { rows: 2, columns: 16, data, rowAxis: 'token', columnAxis: 'feature' }
  page = mountIn(host, NeuronMap, { node: 'feed-forward', hidden })
})
afterEach(() => {
  page.unmount()
  document.body.replaceChildren()
  i18n.global.locale.value = 'en'
})
const at = (name: string) => page.get(`[data-testid="${name}"]`)
const press = (key: string) => page.get('canvas').trigger('keydown', { key })
const said = () => page.get('[data-testid="neurons"] output').text()

describe('the neurons of a feed-forward network', () => {
  it('are chosen with arrow keys and muted with Enter, one undo step each', async () => {
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight']) await press(key)
    expect(said()).toBe('neuron 3: −5.00') // the strongest of −5 and 2
    await press('Enter')
    const muted = Array.from({ length: 16 }, (_, neuron) => Number(neuron !== 2))
    expect(useLab().mutes).toEqual({ [gate]: muted })
    await nextTick()
    expect(said()).toBe('neuron 3, muted; otherwise −5.00')
    expect(at('neurons-muted').text()).toBe('1 of 16 muted')
    await press('ArrowRight')
    await press('Enter')
    expect(useLab().mutes).toEqual({ [gate]: muted.with(3, 0) })
    useLab().undo()
    await nextTick()
    expect(at('neurons-muted').text()).toBe('1 of 16 muted')
    await press('ArrowLeft')
    await press('Enter')
    expect(useLab().mutes).toEqual({})
  })

  it('are muted and unmuted together', async () => {
    await at('neurons-mute-all').trigger('click')
    expect(useLab().mutes).toEqual({ [gate]: new Array(16).fill(0) })
    await nextTick()
    expect(at('neurons-mute-all').attributes('disabled')).toBeDefined()
    await at('neurons-unmute-all').trigger('click')
    expect(useLab().mutes).toEqual({})
  })
})
