// @vitest-environment happy-dom
/** Circuits of a head are computed only while shown, and again when another head is chosen. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { HeadCircuits as Circuits } from '@core/contract/heads'
import { LabError } from '@core/errors'
import { firstModel } from '@core/graph/testing'
import { useAnalysis } from '../stores/analysis'
import { useFiles } from '../stores/files'
import { useRun } from '../stores/run'
import { fakeHost, type FakeHost } from '../testing/fake-host'
import { mountIn } from '../testing/mounting'
import HeadCircuits from './HeadCircuits.vue'

const circuits: Circuits = {
  step: 0,
  queryKey: {
    ...{ data: Float32Array.of(1, 2, 3, 4), rows: ['a', 'b'], columns: ['a', 'b'] },
    ...{ rowsInAll: 5000, columnsInAll: 2 },
  },
  outputValue: 'no-logits',
}
let host: FakeHost
let page: ReturnType<typeof mountIn>
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  host.answering.set('models.circuits', () => circuits)
  useFiles().open(firstModel(8, 2))
  await vi.waitFor(() => expect(useAnalysis().result?.problems).toEqual([]))
  page = mountIn(host, HeadCircuits, { node: 'multi-head', head: 1 })
})
afterEach(() => page.unmount())
const open = () => page.get('[data-testid="head-circuits"]').trigger('click')

it('shows a map, or why there is none, and how much of a large vocabulary is left out', async () => {
  await useRun().play()
  expect(host.callsOf('models.circuits')).toEqual([])
  await open()
  await vi.waitFor(() => expect(page.get('[data-testid="circuit-queryKey"]').find('canvas').exists()).toBe(true))
  expect(host.callsOf('models.circuits')[0]).toMatchObject({ head: { block: 'multi-head', head: 1 } })
  expect(page.get('[data-testid="circuit-queryKey"]').text()).toContain('The first 2 of 5,000 rows and 2 of 2 columns.')
  expect(page.get('[data-testid="circuit-outputValue"]').text()).toContain('Not defined: between this block and the logits')
  await open()
  expect(page.find('[data-testid="circuit-queryKey"]').exists()).toBe(false)
})

it('asks for training when there is no model', async () => {
  await open()
  expect(page.text()).toContain('Click Train')
  expect(host.callsOf('models.circuits')).toEqual([])
})

it('says why it failed', async () => {
  host.failing.set('models.circuits', new LabError('run.unknown-head', { block: 'multi-head', head: 2 }))
  await useRun().play()
  await open()
  await vi.waitFor(() =>
    expect(page.get('[role="alert"]').text()).toBe('The model has no head 2 in a block “Multi-head attention”.'),
  )
})

it('can be computed again once the model has been trained further', async () => {
  await useRun().play()
  await open()
  await vi.waitFor(() => expect(page.find('canvas').exists()).toBe(true))
  host.answering.set('models.circuits', () => ({ ...circuits, step: 7 }))
  await useRun().step()
  await vi.waitFor(() => expect(page.find('[data-testid="circuits-again"]').exists()).toBe(true))
  await page.get('[data-testid="circuits-again"]').trigger('click')
  await nextTick()
  await vi.waitFor(() => expect(host.callsOf('models.circuits')).toHaveLength(2))
})
