// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { i18n } from '../locales'
import { useAnalysis } from '../stores/analysis'
import { useFiles } from '../stores/files'
import { useRun } from '../stores/run'
import { fakeHost, smallLab, statusOf, type FakeHost } from '../testing/fake-host'
import { mountIn } from '../testing/mounting'
import GoalTick from './GoalTick.vue'

let host: FakeHost
let tick: ReturnType<typeof mountIn>
beforeEach(() => {
  host = fakeHost()
  tick = mountIn(host, GoalTick)
})
afterEach(() => {
  tick.unmount()
  i18n.global.locale.value = 'en'
})

const goal = { metric: 'balancedAccuracy', atLeast: 0.95, steps: 2000 }
async function evaluated(step: number, balancedAccuracy: number): Promise<void> {
  const points = { steps: Int32Array.of(step), values: Float32Array.of(balancedAccuracy) }
  host.tell(statusOf('run-1', { step }), { series: { 'validation/balancedAccuracy': points } })
  await vi.waitFor(() => expect(useRun().metrics?.['balancedAccuracy']).toBeCloseTo(balancedAccuracy, 6))
}

it('is hidden for a lab without a goal', async () => {
  useFiles().open(smallLab())
  await nextTick()
  expect(tick.find('[data-testid="goal"]').exists()).toBe(false)
})

it('shows the goal of the open lab in both languages', async () => {
  useFiles().open({ ...smallLab(), goal })
  await nextTick()
  expect(tick.text()).toBe('Goal: 95 % balanced accuracy within 2,000 steps' + 'not reached yet')
  i18n.global.locale.value = 'zh'
  await nextTick()
  expect(tick.text()).toBe('目标：2,000 步内平衡准确率达到 95 %' + '尚未达到')
})

it('is ticked once an evaluation reaches the goal, and stays ticked', async () => {
  useFiles().open({ ...smallLab(), goal })
  await vi.waitFor(() => expect(useAnalysis().result).not.toBeNull())
  await useRun().play()
  await vi.waitFor(() => expect(host.streams('runs.follow')).toHaveLength(1))
  const isTicked = () => tick.get('[data-testid="goal"]').classes().includes('reached')
  await evaluated(10, 0.9)
  expect(isTicked()).toBe(false)
  await evaluated(20, 0.96)
  await vi.waitFor(() => expect(isTicked()).toBe(true))
  expect(tick.text()).toContain('reached')
  await evaluated(30, 0.5)
  expect(isTicked()).toBe(true)
})
