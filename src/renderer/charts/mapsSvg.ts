/** Heat maps side by side as one SVG picture: cells as a small picture without smoothing, labels and legends as text. */
import { escaped } from '@core/markup'
import { colourAt, entryOf, type ColourTable, type Scale } from './colourMaps'
import { formatNumber } from './format'
import { labelOf } from './heatMapLayout'
import type { Matrix } from './matrix'
import type { Theme } from './theme'

export interface NamedMap {
  readonly name: string
  readonly matrix: Matrix
  readonly scale: Scale
  readonly table: ColourTable
  readonly rows: readonly string[] | null
  readonly columns: readonly string[] | null
}

/** CSS pixels. */
const [largest, font, margin, label] = [260, 10, 16, 70]

export function mapsSvg(maps: readonly NamedMap[], { colours, mono, sans }: Theme): string {
  const drawn = maps.map((map) => {
    const side = Math.max(1, Math.min(24, largest / Math.max(map.matrix.rows, map.matrix.columns)))
    return { map, side, width: side * map.matrix.columns, height: side * map.matrix.rows }
  })
  const height = 24 + Math.max(...drawn.map((each) => each.height)) + label + margin
  let x = margin
  const parts = drawn.map(({ map, side, width, height: high }) => {
    const left = x + label
    x = left + width + 64
    return mapAt(map, { x: left, y: 24, side, width, height: high }, colours)
  })
  const fonts = `font-family="${escaped(mono)}" font-size="${font}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${x}" height="${height}" viewBox="0 0 ${x} ${height}" ${fonts}><rect width="100%" height="100%" fill="${colours.bg}"/><style>.n{font:600 12px ${escaped(sans)}}</style>${parts.join('')}</svg>`
}

interface Frame {
  readonly x: number
  readonly y: number
  readonly side: number
  readonly width: number
  readonly height: number
}

function mapAt({ name, matrix, scale, table, rows, columns }: NamedMap, frame: Frame, colours: Theme['colours']): string {
  const { x, y, side, width, height } = frame
  const ink = colours['ink-2']
  const every = Math.max(1, Math.ceil((font + 2) / side))
  const places = (count: number): number[] => Array.from({ length: Math.ceil(count / every) }, (_, place) => place * every)
  const rowTexts = places(matrix.rows).map(
    (row) =>
      `<text x="${x - 4}" y="${y + (row + 0.5) * side + 3.5}" text-anchor="end" fill="${ink}">${short(labelOf(rows, row))}</text>`,
  )
  const columnTexts = places(matrix.columns).map((column) => {
    const [at, below] = [x + (column + 0.5) * side + 3, y + height + 8]
    return `<text transform="translate(${at} ${below}) rotate(-45)" text-anchor="end" fill="${ink}">${short(labelOf(columns, column))}</text>`
  })
  return [
    `<text class="n" x="${x}" y="16" fill="${colours.ink}">${escaped(name)}</text>`,
    pictureOf(matrix.rows, matrix.columns, { x, y, width, height }, (row, column) =>
      colourOf(table, scale, matrix.data[row * matrix.columns + column]!),
    ),
    ...rowTexts,
    ...columnTexts,
    legendAt(x + width + 8, y, Math.max(24, Math.min(height, 140)), scale, table, ink),
  ].join('')
}

function legendAt(x: number, y: number, height: number, scale: Scale, table: ColourTable, ink: string): string {
  const value = (step: number): number => scale.max - ((scale.max - scale.min) * step) / 63
  const text = (of: number, at: number): string => `<text x="${x + 12}" y="${at}" fill="${ink}">${formatNumber(of, 2)}</text>`
  return (
    pictureOf(64, 1, { x, y, width: 8, height }, (row) => colourOf(table, scale, value(row))) +
    text(scale.max, y + 8) +
    (scale.min < 0 && height > 40 ? text(0, y + height / 2 + 4) : '') +
    text(scale.min, y + height)
  )
}

const short = (text: string): string => escaped(text.length > 10 ? `${text.slice(0, 9)}…` : text)

const colourOf = (table: ColourTable, scale: Scale, value: number): string | null => {
  if (Number.isNaN(value)) return null
  const [red, green, blue] = colourAt(table, entryOf(scale, value))
  return `rgb(${red} ${green} ${blue})`
}

/** One pixel a cell. */
function pictureOf(
  rows: number,
  columns: number,
  { x, y, width, height }: Omit<Frame, 'side'>,
  colour: (row: number, column: number) => string | null,
): string {
  const canvas = document.createElement('canvas')
  ;[canvas.width, canvas.height] = [columns, rows]
  const context = canvas.getContext('2d')
  for (let row = 0; context && row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const fill = colour(row, column)
      if (fill === null) continue
      context.fillStyle = fill
      context.fillRect(column, row, 1, 1)
    }
  }
  const place = `x="${x}" y="${y}" width="${width}" height="${height}"`
  return `<image ${place} preserveAspectRatio="none" style="image-rendering:pixelated" href="${canvas.toDataURL()}"/>`
}
