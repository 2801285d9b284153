import { CustomChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { expect, it } from 'vitest'
import { experimentSvg } from './experimentSvg'
import type { Theme } from './theme'

use([LineChart, ScatterChart, CustomChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer])

it('a name in a picture is text, whatever a pupil has written', () => {
  const names = { measure: String, variation: () => '<img src=x onerror=alert(1)>', line: String, axis: String, never: 'never' }
  const theme = { colours: {}, sans: 'sans-serif', mono: 'monospace' } as unknown as Theme
  const measurements = { class: [{ accuracy: 0.5 }, { accuracy: 0.7 }] }
  const svg = experimentSvg({ kind: 'dots', measure: 'accuracy' }, measurements, names, theme, 640)
  expect(svg).toContain('&lt;img')
  expect(svg).not.toContain('<img')
})
