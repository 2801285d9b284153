// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { LookRequest, Tensor } from '@core/contract/look'
import { LabError } from '@core/errors'
import { groupEdit } from '@core/graph/group-edits'
import { firstModel } from '@core/graph/testing'
import { i18n } from '../locales'
import { useAnalysis } from '../stores/analysis'
import { useFiles } from '../stores/files'
import { useLab } from '../stores/lab'
import { useRun } from '../stores/run'
import { fakeHost, type FakeHost } from '../testing/fake-host'
import { fakeLook } from '../testing/fake-looks'
import { mountIn } from '../testing/mounting'
import InsideTab from './InsideTab.vue'

let host: FakeHost
let page: ReturnType<typeof mountIn>
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useFiles().open(firstModel(8, 2))
  await vi.waitFor(() => expect(useAnalysis().result?.problems).toEqual([]))
})
afterEach(() => {
  page.unmount()
  document.body.replaceChildren()
  i18n.global.locale.value = 'en'
})

const operationsOf = (node: string) => useAnalysis().result!.nodes[node]!.operations
const softmaxOf = (node: string): string => operationsOf(node).find(({ kind }) => kind === 'softmax')!.name
const at = (name: string) => page.get(`[data-testid="${name}"]`)
const wanted = (): LookRequest['values'] => host.streams('models.look').flatMap(({ argument }) => argument.look.values)
/** Answers every request with this tensor. */
const answer = (tensor: Tensor): void => {
  host.look = (request) => ({
    ...fakeLook(request),
    values: Object.fromEntries(request.values.map(({ name }) => [name, tensor])),
  })
}
/** (query, key) */
const twoByTwo: Tensor = { axes: ['query', 'key'], shape: [2, 2], data: Float32Array.of(1, 0, 0.25, 0.75) }

describe('the list of operations', () => {
  it('shows the number, kind and named axes of each operation, in both languages', async () => {
    page = mountIn(host, InsideTab, { node: 'multi-head' })
    const name = softmaxOf('multi-head')
    const number = /\/(\d+)-softmax$/.exec(name)![1]!
    const [batch, heads, queries, keys] = operationsOf('multi-head').find((each) => each.name === name)!.output
    const text = () => at(`operation-${name}`).text().replace(/\s+/g, ' ')
    expect(text()).toContain(`${number}softmax`)
    expect(text()).toContain(`→ batch ${batch} × head ${heads} × query ${queries} × key ${keys}`)
    i18n.global.locale.value = 'zh'
    await nextTick()
    expect(text()).toContain(`→ 批次 ${batch} × 头 ${heads} × 查询 ${queries} × 键 ${keys}`)
  })

  it('lists the operations of all blocks of a group under their names', async () => {
    const lab = useLab()
    const { edit, node } = groupEdit(lab.document!, ['embedding', 'position', 'multi-head'], 'Encoder')!
    lab.apply(edit)
    await useAnalysis().settle()
    page = mountIn(host, InsideTab, { node })
    expect(page.findAll('.operation')).toHaveLength(operationsOf(node).length)
    expect(page.findAll('h4').map((each) => each.text())).toEqual(
      ['Embedding', 'Positional encoding', 'Multi-head attention'].map((name) => `Encoder › ${name}`),
    )
  })

  it('is navigated with the arrow keys and is a single Tab stop', async () => {
    page = mountIn(host, InsideTab, { node: 'multi-head' })
    const all = page.findAll('.operation')
    const stops = () => page.findAll('.operation[tabindex="0"]').map((each) => each.attributes('data-testid'))
    const focused = () => document.activeElement?.getAttribute('data-testid')
    ;(all[0]!.element as HTMLElement).focus()
    await all[0]!.trigger('keydown', { key: 'ArrowDown' })
    expect(focused()).toBe(all[1]!.attributes('data-testid'))
    expect(stops()).toEqual([focused()])
    await all[1]!.trigger('keydown', { key: 'End' })
    expect(focused()).toBe(all.at(-1)!.attributes('data-testid'))
    await all.at(-1)!.trigger('keydown', { key: 'ArrowDown' })
    expect(focused()).toBe(all.at(-1)!.attributes('data-testid'))
    await all.at(-1)!.trigger('keydown', { key: 'Home' })
    expect(stops()).toEqual([all[0]!.attributes('data-testid')])
  })
})

describe('the output of an operation', () => {
  it('is requested only while open, one head at a time', async () => {
    answer(twoByTwo)
    page = mountIn(host, InsideTab, { node: 'multi-head' })
    await useRun().play()
    const name = softmaxOf('multi-head')
    expect(wanted()).toEqual([])
    await at(`operation-${name}`).trigger('click')
    await vi.waitFor(() => expect(wanted()).toEqual([{ name, slice: { head: 0 } }]))
    await vi.waitFor(() => expect(at(`tensor-${name}`).find('canvas').exists()).toBe(true))
    // Mean of 1, 0, 0.25 and 0.75.
    expect(at(`tensor-${name}`).get('dd').text()).toBe('0.500')
    await at(`tensor-${name}`).get('input').setValue('2')
    await at(`tensor-${name}`).get('input').trigger('blur')
    await vi.waitFor(() => expect(wanted()).toEqual([{ name, slice: { head: 1 } }]))
    await at(`operation-${name}`).trigger('click')
    await vi.waitFor(() => expect(wanted()).toEqual([]))
  })

  it('gives the reason if it is missing: untrained, different model, or refused', async () => {
    page = mountIn(host, InsideTab, { node: 'multi-head' })
    const name = softmaxOf('multi-head')
    await at(`operation-${name}`).trigger('click')
    expect(at(`tensor-${name}`).text()).toContain('Click Train, or run a single step')
    host.look = (request) => ({ ...fakeLook(request), values: {}, missing: request.values.map((value) => value.name) })
    await useRun().play()
    await vi.waitFor(() => expect(at(`tensor-${name}`).text()).toContain('Not available'))
    await at(`operation-${name}`).trigger('click')
    host.look = ({ values, ...request }) => {
      if (values.length > 0) throw new LabError('look.no-place', { name, axis: 'head', place: 1, size: 1 })
      return fakeLook({ ...request, values })
    }
    await at(`operation-${name}`).trigger('click')
    await vi.waitFor(() => expect(at(`tensor-${name}`).text()).toContain('has size 1'))
  })
})
