import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { experiments } from './index'
import { measureName } from './measures'
import { isSingle, usualPlot } from './plots'
import type { Values } from './verdict'

const { measurements } = JSON.parse(readFileSync('resources/lessons/reference.json', 'utf8')) as {
  measurements: Record<string, Record<string, Values[]>>
}
const measured = Object.values(measurements).flatMap((variations) => Object.values(variations).flat())

test('a measure is single if what was measured is one number', () => {
  for (const values of measured) {
    for (const [name, value] of Object.entries(values)) {
      expect([name, isSingle(measureName.parse(name))]).toEqual([name, !Array.isArray(value)])
    }
  }
})

test('rows are drawn along the axis that the experiments of the course choose', () => {
  const curves = experiments.flatMap(({ plots = [] }) => plots.filter((plot) => plot.kind === 'curves'))
  expect(curves.length).toBeGreaterThan(4)
  for (const { measure, along } of curves) expect(usualPlot(measure, [])).toEqual({ kind: 'curves', measure, along })
  expect(usualPlot('accuracy', ['a'])).toEqual({ kind: 'dots', measure: 'accuracy' })
  expect(usualPlot('keysShape', ['a', 'b'])).toEqual({ kind: 'sizes', measures: ['keysShape'], of: ['a', 'b'] })
})
