// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import Slider from './Slider.vue'

/** Used like the learning-rate slider: the committed value is fed back. */
function slider() {
  const made = mount(Slider, {
    attachTo: document.body,
    props: {
      label: 'rate',
      min: 1e-5,
      max: 1,
      scale: 'log',
      modelValue: 0.001,
      'onUpdate:modelValue': (modelValue: number) => void made.setProps({ modelValue }),
    },
  })
  const press = async (key: string): Promise<void> => {
    await made.get('[role=slider]').trigger('keydown', { key })
    await flushPromises() // the new value is passed back as a prop
  }
  return { made, press }
}

describe('Slider', () => {
  it('commits the new value when moved by keys', async () => {
    const { made, press } = slider()
    for (const key of ['End', 'Home', 'End']) await press(key)
    const committed = (made.emitted('commit') as [number][]).map(([value]) => value)
    expect(committed).toEqual((made.emitted('update:modelValue') as [number][]).map(([value]) => value))
    expect(committed).toEqual([1, 1e-5, 1])
  })
})
