// @vitest-environment happy-dom
import type { Lens } from '@core/contract/look'
import { expect, it } from 'vitest'
import type { Theme } from '../../charts/theme'
import { guessesOf, windowAround } from './layers'
import { layerSvg } from './layerSvg'

const lens: Lens = {
  ...{ step: 3, tokens: Int32Array.of(0, 1), positions: 2, top: 2 },
  layers: [
    {
      block: 'embedding',
      classes: Int32Array.of(1, 0, 2, 1),
      logProbabilities: Float32Array.from([0.75, 0.25, 0.5, 0.125], Math.log),
      entropies: Float32Array.of(0.5, 1),
    },
  ],
}

it('the guesses of a layer at a position, most probable first', () => {
  const found = guessesOf(lens, 0, 1, ['a', 'b', ' '], 5)
  expect(found.map(({ id, text }) => [id, text])).toEqual([
    [2, '␣'],
    [1, 'b'],
  ])
  expect(found[0]!.probability).toBeCloseTo(0.5, 6)
  expect(guessesOf(lens, 0, 0, ['a', 'b', ' '], 1)).toHaveLength(1)
  expect(guessesOf(lens, 0, 2, ['a', 'b', ' '], 1)).toEqual([])
  expect(guessesOf(lens, 1, 0, ['a', 'b', ' '], 1)).toEqual([])
})

it('a window around the chosen position stays within the sequence', () => {
  expect(windowAround(3, 10, 20)).toEqual([0, 10])
  expect(windowAround(0, 100, 20)).toEqual([0, 20])
  expect(windowAround(50, 100, 20)).toEqual([40, 60])
  expect(windowAround(99, 100, 20)).toEqual([80, 100])
})

it('the picture has a cell for each layer and position, as opaque as its class is probable, and texts cannot break it', () => {
  const colours = new Proxy({}, { get: (_, name) => `colour-${String(name)}` }) as Theme['colours']
  const theme = { colours, mono: '"Mono"', sans: 'sans' } as Theme
  const svg = layerSvg({ lens, classes: ['a', '<b>', '&'], tokens: ['x', '"'], names: ['Embedding'] }, theme)
  const picture = new DOMParser().parseFromString(svg, 'image/svg+xml')
  expect(picture.querySelector('parsererror')).toBeNull()
  const cells = [...picture.querySelectorAll('rect')].slice(1)
  const shades = cells.map((cell) => Number(cell.getAttribute('fill-opacity')))
  expect(shades).toEqual([expect.closeTo(0.55 * 0.75, 2), expect.closeTo(0.55 * 0.5, 2)])
  expect([...picture.querySelectorAll('text')].map((text) => text.textContent)).toEqual(['x', '"', 'Embedding', '<b>', '&'])
})
