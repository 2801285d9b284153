// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { getActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { inject, nextTick } from 'vue'
import { hostKey } from '../api/host'
import { memoryKey } from '../api/memory'
import { i18n } from '../locales'
import { useAnalysis } from '../stores/analysis'
import { useFiles } from '../stores/files'
import { useRun } from '../stores/run'
import { fakeHost, smallLab, type FakeHost } from '../testing/fake-host'
import GoalTick from './GoalTick.vue'

let host: FakeHost
let tick: ReturnType<typeof mounted>
beforeEach(() => {
  host = fakeHost()
  tick = mounted()
})
afterEach(() => {
  tick.unmount()
  i18n.global.locale.value = 'en'
})

function mounted() {
  const provide = host.app.runWithContext(() => ({
    [hostKey as symbol]: inject(hostKey),
    [memoryKey as symbol]: inject(memoryKey),
  }))
  return mount(GoalTick, { global: { plugins: [i18n, getActivePinia()!], provide } })
}

const goal = { metric: 'balancedAccuracy', atLeast: 0.95, steps: 2000 }
function evaluated(step: number, balancedAccuracy: number): void {
  const [losses, accuracies] = [new Float32Array(1), new Float32Array(1)]
  const evaluations = [{ step, loss: 1, metrics: { balancedAccuracy } }]
  host.emit('run.telemetry', { run: 'run-1', firstStep: step, losses, accuracies, stepsPerSecond: 9, evaluations })
}

it('shows nothing where a lab promises nothing', async () => {
  useFiles().open(smallLab())
  await nextTick()
  expect(tick.find('[data-testid="goal"]').exists()).toBe(false)
})

it('shows the goal of the open lab, in both languages', async () => {
  useFiles().open({ ...smallLab(), goal })
  await nextTick()
  expect(tick.text()).toBe('Goal: 95 % balanced accuracy within 2,000 steps' + 'not reached yet')
  i18n.global.locale.value = 'zh'
  await nextTick()
  expect(tick.text()).toBe('目标：2,000 步内平衡准确率达到 95 %' + '尚未达到')
})

it('is ticked once an evaluation has reached it, and stays so', async () => {
  useFiles().open({ ...smallLab(), goal })
  await vi.waitFor(() => expect(useAnalysis().result).not.toBeNull())
  await useRun().play()
  evaluated(10, 0.9)
  await vi.waitFor(() => expect(useRun().series.evaluations).toHaveLength(1))
  expect(tick.classes()).not.toContain('reached')
  evaluated(20, 0.96)
  await vi.waitFor(() => expect(tick.classes()).toContain('reached'))
  expect(tick.text()).toContain('reached')
  evaluated(30, 0.5)
  await vi.waitFor(() => expect(useRun().series.evaluations).toHaveLength(3))
  expect(tick.classes()).toContain('reached')
})
