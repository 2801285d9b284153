// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { i18n } from '../locales'
import HeatMap from './HeatMap.vue'
import type { Matrix } from './matrix'

const matrix: Matrix = {
  rows: 2,
  columns: 3,
  data: Float32Array.of(0.1, 0.2, 0.7, 0.5, 0.25, 0.25),
  rowAxis: 'query',
  columnAxis: 'key',
}
const props = { matrix, name: 'Attention', rowLabels: ['time', 'flies'], columnLabels: ['time', 'flies', 'fast'] }
const heatMap = () => mount(HeatMap, { props, global: { plugins: [i18n] } })

// happy-dom implements no font loading.
beforeAll(() => void Object.assign(document, { fonts: new EventTarget() }))

describe('a heat map with the keyboard', () => {
  beforeEach(() => (i18n.global.locale.value = 'en'))

  it('has an accessible name, and a hint while no cell is selected', () => {
    const map = heatMap()
    expect(map.get('canvas').attributes('aria-label')).toBe('Attention')
    expect(map.get('output').text()).toBe('Hover over a cell to read its value')
  })

  it('starts at the first cell, moves with the arrow keys and stops at the edge', async () => {
    const map = heatMap()
    const canvas = map.get('canvas')
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowDown']) await canvas.trigger('keydown', { key })
    expect(map.emitted('cell')).toEqual([
      [{ row: 0, column: 0 }],
      [{ row: 0, column: 1 }],
      [{ row: 1, column: 1 }],
      [{ row: 1, column: 1 }],
    ])
    expect(map.get('output').text()).toBe('flies → flies 0.2500')
  })

  it('shows the value of the selected cell as values change', async () => {
    const map = heatMap()
    await map.setProps({ selected: { row: 0, column: 2 } })
    expect(map.get('output').text()).toBe('time → fast 0.7000')
    await map.setProps({ matrix: { ...matrix, data: Float32Array.of(0, 0, 1, 0, 0, 1) } })
    expect(map.get('output').text()).toBe('time → fast 1.000')
  })

  it('clears the selection when the cell no longer exists', async () => {
    const map = heatMap()
    await map.setProps({ selected: { row: 1, column: 2 } })
    await map.setProps({ matrix: { ...matrix, rows: 1, columns: 1, data: Float32Array.of(1) } })
    expect(map.get('output').text()).toBe('Hover over a cell to read its value')
  })
})
