// @vitest-environment happy-dom
/** The form to join a class: classes found in the network are offered, and nothing is joined without a click on Enter. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { i18n } from '../../locales'
import { fakeHost, type FakeHost } from '../../testing/fake-host'
import { mountIn } from '../../testing/mounting'
import JoinClass from './JoinClass.vue'

let host: FakeHost
let form: ReturnType<typeof mountIn>
beforeEach(() => {
  localStorage.clear()
  host = fakeHost()
  form = mountIn(host, JoinClass)
})
afterEach(() => {
  form.unmount()
  i18n.global.locale.value = 'en'
})

const searches = () => host.streams('desk.find')
const found = () => form.get('[data-testid="join-found"]')
const offered = () => found().findAll('button')
const address = () => form.get<HTMLInputElement>('[data-testid="join-address"]').element.value
async function openForm(): Promise<void> {
  await form.get('[data-testid="join-open"]').trigger('click')
  await vi.waitFor(() => expect(searches()).toHaveLength(1))
}

it('looks for classes only while the form is open', async () => {
  expect(host.callsOf('desk.find')).toEqual([])
  await openForm()
  expect(found().text()).toBe('Looking for classes on this network … You can also type the address that the desk shows.')
  i18n.global.locale.value = 'zh'
  await nextTick()
  expect(found().text()).toBe('正在查找此网络中的班级……也可以直接输入讲台显示的地址。')
  i18n.global.locale.value = 'en'
  await nextTick()
  await form
    .findAll('button')
    .find((button) => button.text() === 'Cancel')!
    .trigger('click')
  await vi.waitFor(() => expect(searches()).toHaveLength(0))
  await openForm()
  form.unmount()
  await vi.waitFor(() => expect(searches()).toHaveLength(0))
})

it('a click on a class fills in its address, and connects to nothing', async () => {
  await openForm()
  const first = { title: '<b>Class 3</b>', address: '10.0.0.5:7070' }
  searches()[0]!.part([first, { title: '', address: '10.0.0.6:7070' }])
  await vi.waitFor(() => expect(offered()).toHaveLength(2))
  expect(offered()[0]!.text()).toContain('<b>Class 3</b>')
  expect(offered()[1]!.text()).toContain('Class without a title')
  expect(address()).toBe('')
  await offered()[0]!.trigger('click')
  expect(address()).toBe('10.0.0.5:7070')
  expect(offered()[0]!.attributes('aria-pressed')).toBe('true')
  expect(host.callsOf('desk.meet')).toEqual([])
  searches()[0]!.part([]) // the class has ended; what was filled in stays
  await vi.waitFor(() => expect(found().text()).toContain('Looking for classes'))
  expect(address()).toBe('10.0.0.5:7070')
})

it('an address can be typed whatever was found', async () => {
  await openForm()
  await form.get('[data-testid="join-address"]').setValue('10.0.0.9:7070')
  await form.get('[data-testid="join-name"]').setValue('Ada')
  await form.get('[data-testid="join-code"]').setValue('ABCD')
  await form.get('form').trigger('submit')
  expect(host.callsOf('desk.meet')).toEqual([{ address: '10.0.0.9:7070', name: 'Ada', code: 'ABCD' }])
})
