// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { firstModel } from '@core/graph/testing'
import { useFiles } from '../stores/files'
import { useLab } from '../stores/lab'
import { fakeHost, type FakeHost } from '../testing/fake-host'
import { mountIn } from '../testing/mounting'
import SettingsTab from './SettingsTab.vue'

let host: FakeHost
let page: ReturnType<typeof mountIn>
beforeEach(() => {
  host = fakeHost()
  useFiles().open(firstModel())
})
afterEach(() => {
  page.unmount()
})

const names = (within: string): string[] =>
  page.findAll(`${within} [data-testid^="field-"]`).map((field) => field.attributes('data-testid')!.replace('field-', ''))
const later = (): string[] => names('details')
const first = (): string[] => names('').filter((name) => !later().includes(name))

it('shows the important settings first and the rest on request', () => {
  page = mountIn(host, SettingsTab, { node: 'multi-head' })
  expect(first()).toEqual(['heads', 'score', 'scale', 'mask', 'dropout'])
  expect(later()).toContain('keyValueHeads')
  expect(page.get('details').attributes('open')).toBeUndefined()
})

it('moves a changed advanced setting to the first ones, but not while the block stays selected', async () => {
  page = mountIn(host, SettingsTab, { node: 'multi-head' })
  useLab().apply({ type: 'setParam', node: 'multi-head', param: 'bias', value: false })
  await nextTick()
  expect(later()).toContain('bias')
  page.unmount()
  page = mountIn(host, SettingsTab, { node: 'multi-head' })
  expect(first()).toContain('bias')
  expect(later()).not.toContain('bias')
})
