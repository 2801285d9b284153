// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { LookRequest } from '@core/contract/look'
import { firstModel } from '@core/graph/testing'
import { i18n } from '../locales'
import { useAnalysis } from '../stores/analysis'
import { useFiles } from '../stores/files'
import { useRun } from '../stores/run'
import { fakeHost, type FakeHost } from '../testing/fake-host'
import { fakeLook } from '../testing/fake-looks'
import { mountIn } from '../testing/mounting'
import WeightsTab from './WeightsTab.vue'

let host: FakeHost
let page: ReturnType<typeof mountIn>
beforeEach(() => {
  localStorage.clear()
  host = fakeHost()
})
afterEach(() => {
  page.unmount()
  document.body.replaceChildren()
  i18n.global.locale.value = 'en'
})

async function show(document = firstModel(8, 2), node = 'classifier'): Promise<void> {
  useFiles().open(document)
  await vi.waitFor(() => expect(useAnalysis().result?.problems).toEqual([]))
  page = mountIn(host, WeightsTab, { node })
}
const at = (name: string) => page.get(`[data-testid="${name}"]`)
const wanted = () =>
  host
    .streams('models.look')
    .flatMap(({ argument }) => argument.look.values.map(({ name }: LookRequest['values'][number]) => name))
/** Weights are (3, 4), updates (0.3, 0.4), gradients (6, 8); biases are 0. */
function answer(missing: readonly string[] = []): void {
  host.look = (request) => {
    const names = request.values.map(({ name }) => name)
    const factor = (name: string) => (name.startsWith('update/') ? 0.1 : name.startsWith('gradient/') ? 2 : 1)
    const of = (name: string) =>
      name === 'classifier/weight-bias' ? Float32Array.of(0, 0) : Float32Array.of(3 * factor(name), 4 * factor(name))
    return {
      ...fakeLook(request),
      values: Object.fromEntries(
        names
          .filter((name) => !missing.includes(name))
          .map((name) => [name, { axes: ['feature'], shape: [2], data: of(name) }]),
      ),
      missing: names.filter((name) => missing.includes(name)),
    }
  }
}

describe('gradients', () => {
  it('are requested with weights and updates, only while shown', async () => {
    answer()
    await show()
    await useRun().play()
    const names = ['classifier/weight', 'classifier/weight-bias']
    await vi.waitFor(() =>
      expect(wanted().sort()).toEqual([
        ...names,
        ...names.map((name) => `gradient/${name}`),
        ...names.map((name) => `update/${name}`),
      ]),
    )
    page.unmount()
    await vi.waitFor(() => expect(wanted()).toEqual([]))
  })

  it('stand as a column beside each weight: norm, histogram and update-to-weight ratio', async () => {
    answer()
    await show()
    await useRun().play()
    await vi.waitFor(() => expect(page.find('[data-testid="ratio-weight"]').exists()).toBe(true))
    const column = at('gradient-of-weight')
    expect(column.get('dl').text()).toContain('10.0') // ‖(6, 8)‖
    expect(column.find('canvas[role="img"]').exists()).toBe(true)
    expect(column.find('canvas[role="application"]').exists()).toBe(false) // its map is the other view
    expect(at('ratio-weight').text()).toBe('update-to-weight ratio 0.100') // 0.5 / 5
    expect(at('ratio-weight-bias').text()).toBe('update-to-weight ratio –') // zero weights
  })

  it('are shown with norm and update-to-weight ratio, in both languages', async () => {
    answer()
    await show()
    await useRun().play()
    await at('view-gradients').trigger('click')
    await vi.waitFor(() => expect(page.find('[data-testid="ratio-weight"]').exists()).toBe(true))
    expect(page.text()).toContain('Gradients and updates of the next training step')
    expect(at('ratio-weight').text()).toBe('update-to-weight ratio 0.100') // 0.5 / 5
    expect(at('ratio-weight-bias').text()).toBe('update-to-weight ratio –') // zero weights
    expect(page.get('dl').text()).toContain('10.0') // ‖(6, 8)‖
    i18n.global.locale.value = 'zh'
    await nextTick()
    expect(at('ratio-weight').text()).toBe('更新量与权重之比 0.100')
    expect(at('view-gradients').text()).toBe('梯度')
  })

  it('are not requested for a frozen weight, and the reason is given', async () => {
    answer()
    const { graph, ...rest } = firstModel(8, 2)
    const nodes = graph.nodes.map((node) =>
      node.id === 'classifier' ? { ...node, weights: { weight: { frozen: true } } } : node,
    )
    await show({ ...rest, graph: { ...graph, nodes } })
    await useRun().play()
    await at('view-gradients').trigger('click')
    await vi.waitFor(() => expect(wanted()).toContain('gradient/classifier/weight-bias'))
    expect(wanted()).not.toContain('gradient/classifier/weight')
    expect(page.text()).toContain('This weight is frozen')
  })

  it('are explained if they do not exist', async () => {
    answer(['gradient/classifier/weight'])
    await show()
    await useRun().play()
    await at('view-gradients').trigger('click')
    await vi.waitFor(() => expect(page.text()).toContain('the loss does not depend on this weight'))
  })
})

describe('weights that exceed the size of one answer', () => {
  it('are shown one at a time', async () => {
    await show(firstModel(1024, 2), 'multi-head') // four weights of a million numbers
    await useRun().play()
    await vi.waitFor(() => expect(wanted()).toContain(useAnalysis().result!.nodes['multi-head']!.weights[0]!.name))
    expect(wanted().filter((name) => name.startsWith('multi-head/'))).toHaveLength(1)
    expect(page.find('.chooser').exists()).toBe(true)
    expect(page.findAll('section')).toHaveLength(1)
  })

  it('show no gradient if it does not fit beside weight and update, and give the reason', async () => {
    await show(firstModel(2048, 2), 'multi-head') // 3 × 2048²
    await useRun().play()
    await at('view-gradients').trigger('click')
    expect(page.text()).toContain('has 12582912 values')
    expect(wanted()).toEqual([])
  })
})

describe('with low-rank adapters', () => {
  it('the weights of the block are frozen for good, its adapters are not', async () => {
    answer()
    const document = firstModel(8, 2)
    const nodes = document.graph.nodes.map((node) =>
      node.id === 'multi-head' ? { ...node, params: { ...node.params, rank: 2 } } : node,
    )
    await show({ ...document, graph: { ...document.graph, nodes } }, 'multi-head')
    const lock = (name: string) => at(`freeze-${name}`).attributes()
    for (const name of ['query', 'key', 'output-bias']) {
      expect(lock(name)).toMatchObject({ 'aria-pressed': 'true', disabled: '' })
    }
    expect(lock('query-lora-a')).toMatchObject({ 'aria-pressed': 'false' })
    expect(lock('query-lora-a')['disabled']).toBeUndefined()
    expect(page.find('[data-testid="freeze-key-lora-a"]').exists()).toBe(false)
    await at('freeze-query-lora-a').trigger('click')
    expect(lock('query-lora-a')).toMatchObject({ 'aria-pressed': 'true' })
  })
})
