// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Tensor } from '@core/contract/look'
import { firstModel } from '@core/graph/testing'
import { useAnalysis } from '../stores/analysis'
import { useFiles } from '../stores/files'
import { useRun } from '../stores/run'
import { fakeHost, type FakeHost } from '../testing/fake-host'
import { fakeLook } from '../testing/fake-looks'
import { mountIn } from '../testing/mounting'
import AttentionTensors from './AttentionTensors.vue'

let host: FakeHost
let page: ReturnType<typeof mountIn>
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useFiles().open(firstModel(8, 2))
  await vi.waitFor(() => expect(useAnalysis().result?.problems).toEqual([]))
})
afterEach(() => page.unmount())

/** Two heads: all ones and all twos. */
const tensor = (rows: string, columns: string): Tensor => ({
  axes: ['head', rows, columns],
  shape: [2, 3, 3],
  data: Float32Array.from({ length: 18 }, (_, i) => (i < 9 ? 1 : 2)),
})
const tensors: Readonly<Record<string, Tensor>> = {
  'multi-head/queries': tensor('query', 'feature'),
  'multi-head/keys': tensor('key', 'feature'),
  'multi-head/values': tensor('key', 'feature'),
  'multi-head/scores': tensor('query', 'key'),
}

it('shows queries, keys, values and scores of the chosen head, requested only while open', async () => {
  host.look = (request) => ({ ...fakeLook(request), values: tensors })
  page = mountIn(host, AttentionTensors, { node: 'multi-head', head: 1 })
  await useRun().play()
  const wanted = () => host.streams('models.look').flatMap(({ argument }) => argument.look.values.map(({ name }) => name))
  const toggle = page.get('[data-testid="attention-tensors"]')
  expect([toggle.attributes('aria-expanded'), wanted()]).toEqual(['false', []])
  await toggle.trigger('click')
  await vi.waitFor(() => expect(wanted()).toEqual(Object.keys(tensors)))
  for (const name of ['queries', 'keys', 'values', 'scores']) {
    await vi.waitFor(() => expect(page.get(`[data-testid="attention-${name}"]`).find('dd').exists()).toBe(true))
    expect(page.get(`[data-testid="attention-${name}"]`).get('dd').text()).toBe('2.00') // mean
  }
  await toggle.trigger('click')
  await vi.waitFor(() => expect(wanted()).toEqual([]))
})
