/** Position × layer as an SVG picture: the most probable class in each cell, coloured by its probability. */
import type { Lens } from '@core/contract/look'
import type { Theme } from '../../charts/theme'
import { escaped } from '@core/markup'
import { guessesOf } from './layers'

export interface LayerPicture {
  readonly lens: Lens
  readonly classes: readonly string[]
  /** Of the input, one for each position. */
  readonly tokens: readonly string[]
  /** Of the layers. */
  readonly names: readonly string[]
}

const cell = { width: 30, height: 22 }
const left = 140
const top = 24

export function layerSvg({ lens, classes, tokens, names }: LayerPicture, { colours, mono, sans }: Theme): string {
  const width = left + lens.positions * cell.width + 8
  const height = top + names.length * cell.height + 8
  const text = (x: number, y: number, content: string, more: string) =>
    `<text x="${x}" y="${y}" dominant-baseline="central" ${more}>${escaped(content)}</text>`
  const middle = (position: number) => left + (position + 0.5) * cell.width
  const heads = Array.from({ length: lens.positions }, (_, position) =>
    text(middle(position), top / 2, tokens[position] ?? '', `text-anchor="middle" fill="${colours['ink-2']}"`),
  )
  const rows = names.map((name, layer) => {
    const y = top + layer * cell.height
    const cells = Array.from({ length: lens.positions }, (_, position) => {
      const [guess] = guessesOf(lens, layer, position, classes, 1)
      if (!guess) return ''
      const box = `x="${left + position * cell.width}" y="${y}" width="${cell.width - 1}" height="${cell.height - 1}"`
      const share = (0.55 * (guess.probability || 0)).toFixed(3)
      const shown = Array.from(guess.text).slice(0, 4).join('')
      return (
        `<rect ${box} fill="${colours.accent}" fill-opacity="${share}"/>` +
        text(middle(position), y + cell.height / 2, shown, `text-anchor="middle" fill="${colours.ink}"`)
      )
    })
    const family = `font-family="${escaped(sans)}" fill="${colours['ink-2']}"`
    return text(4, y + cell.height / 2, name, family) + cells.join('')
  })
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="${escaped(mono)}" font-size="11">` +
    `<rect width="${width}" height="${height}" fill="${colours.bg}"/>${heads.join('')}${rows.join('')}</svg>`
  )
}
