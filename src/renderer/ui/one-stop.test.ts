// @vitest-environment happy-dom
import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nextTick, withDirectives, h, defineComponent, ref } from 'vue'
import { vOneStop } from './one-stop'

const names = ref(['a', 'b', 'c'])
const disabled = ref<string | null>(null)
const Region = defineComponent(
  () => () =>
    withDirectives(
      h('div', [
        h('input', { id: 'field' }),
        ...names.value.map((id) => h('button', { id, key: id, disabled: disabled.value === id }, id)),
      ]),
      [[vOneStop]],
    ),
)
let page: VueWrapper
beforeEach(() => {
  names.value = ['a', 'b', 'c']
  disabled.value = null
  page = mount(Region, { attachTo: document.body })
})
afterEach(() => page.unmount())

const stops = () =>
  page
    .findAll('button')
    .filter(({ element }) => element.tabIndex === 0 && !element.disabled)
    .map((each) => each.element.id)
const press = (key: string) => page.find(`#${document.activeElement!.id}`).trigger('keydown', { key })
const settled = () => new Promise((resolve) => setTimeout(resolve))

it('has one Tab stop, moved by the arrow keys', async () => {
  expect(stops()).toEqual(['a'])
  page.find<HTMLElement>('#a').element.focus()
  for (const [key, then] of [
    ['ArrowRight', 'b'],
    ['ArrowDown', 'c'],
    ['ArrowRight', 'c'],
    ['Home', 'a'],
    ['End', 'c'],
    ['ArrowUp', 'b'],
  ] as const) {
    await press(key)
    expect([document.activeElement!.id, stops()]).toEqual([then, [then]])
  }
})

it('ignores arrow keys in text fields or with modifiers', async () => {
  page.find<HTMLElement>('#field').element.focus()
  await press('ArrowRight')
  expect(document.activeElement!.id).toBe('field')
  page.find<HTMLElement>('#a').element.focus()
  await page.find('#a').trigger('keydown', { key: 'ArrowRight', ctrlKey: true })
  expect(document.activeElement!.id).toBe('a')
})

it('keeps one Tab stop when controls are added, removed or disabled', async () => {
  page.find<HTMLElement>('#b').element.focus()
  names.value = ['a', 'c', 'd']
  await nextTick()
  await settled()
  expect(stops()).toEqual(['a'])
  disabled.value = 'a'
  await nextTick()
  await settled()
  expect(stops()).toEqual(['c'])
})
