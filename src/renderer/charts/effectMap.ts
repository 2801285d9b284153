/** A map of effects between −1 and 1: labelled rows of cells with their numbers, as shapes for the screen and as an SVG picture for files. */
import { colourAt, entryOf, luminance, type Rgb } from './colourMaps'
import { formatFixed } from './format'
import type { Theme } from './theme'

export interface EffectRow {
  readonly label: string
  /** NaN where there is none. */
  readonly effects: Float32Array
  /** Drawn hatched: the part is muted. */
  readonly muted: boolean
}

export interface EffectCell {
  readonly column: number
  readonly x: number
  readonly fill: string
  readonly text: string
  readonly ink: string
}

/** The end of a label says more than its beginning: the head, or the number of the block. */
export function shortened(label: string, most = longestLabel): string {
  const widths = Array.from(label, (sign) => ({ sign, width: widthOf(sign) }))
  let room = lettersOf(label) - most
  if (room <= 0) return label
  while (room >= 0) room -= widths.shift()!.width
  return `…${widths.map(({ sign }) => sign).join('')}`
}

const widthOf = (sign: string): number => (sign.codePointAt(0)! > 0x2e7f ? 2 : 1)
const lettersOf = (label: string): number => Array.from(label).reduce((sum, sign) => sum + widthOf(sign), 0)

export interface EffectMap {
  /** Letters of a row's label that fit. */
  readonly letters: number
  readonly width: number
  readonly height: number
  readonly left: number
  readonly top: number
  readonly cellWidth: number
  readonly rows: readonly {
    readonly label: string
    readonly muted: boolean
    readonly y: number
    readonly cells: readonly EffectCell[]
  }[]
  readonly columns: readonly { readonly label: string; readonly x: number }[]
}

/** The rows that can be seen in a box of that height, scrolled so far, and some around them, with their indices; all of a short map. */
export function rowsInView(
  { rows, top }: Pick<EffectMap, 'rows' | 'top'>,
  scrolled: number,
  height: number,
): { readonly row: EffectMap['rows'][number]; readonly index: number }[] {
  const first = rows.length <= mostRows ? 0 : Math.max(0, Math.floor((scrolled - top) / cellHeight) - around)
  const last = rows.length <= mostRows ? rows.length : Math.ceil((scrolled + height - top) / cellHeight) + around
  return rows.slice(first, last).map((row, place) => ({ row, index: first + place }))
}

export const cellHeight = 20
/** Rows of a map that is drawn as a whole. */
const mostRows = 60
/** Rows drawn before and after those in view. */
const around = 20
const gap = 1
const usualLabelWidth = 126
/** Letters of a row's label that fit; a Chinese one counts twice. */
const longestLabel = 22
/** The same where labels name the layer, as in `#12 › Multi-head · head 12`. */
const longestNested = 27
const [least, most] = [16, 34]
/** Width of a cell from which it shows its number. */
const numbered = 24
/** Smallest effect whose number is shown. */
const shown = 0.05

/** Rows of cells as wide as `width` has room for, in CSS pixels. */
export function effectMapOf(
  rows: readonly EffectRow[],
  columns: readonly string[],
  width: number,
  { diverging }: Theme,
): EffectMap {
  const longest = rows.reduce((most, { label }) => Math.max(most, lettersOf(label)), longestLabel)
  const letters = Math.min(longest, longestNested)
  const labelWidth = Math.round((usualLabelWidth * letters) / longestLabel)
  const room = (width - labelWidth) / Math.max(1, columns.length)
  const cellWidth = Math.floor(Math.max(least, Math.min(most, room)))
  const top = 18
  const scale = { kind: 'diverging', min: -1, max: 1 } as const
  return {
    letters,
    width: labelWidth + cellWidth * columns.length,
    height: top + rows.length * cellHeight + 1,
    left: labelWidth,
    top,
    cellWidth,
    columns: columns.map((label, column) => ({ label, x: labelWidth + (column + 0.5) * cellWidth })),
    rows: rows.map(({ label, muted, effects }, row) => ({
      label,
      muted,
      y: top + row * cellHeight,
      cells: Array.from(effects, (effect, column): EffectCell | null => {
        if (Number.isNaN(effect)) return null
        const rgb = colourAt(diverging, entryOf(scale, effect))
        return {
          column,
          x: labelWidth + column * cellWidth,
          fill: css(rgb),
          text: cellWidth >= numbered && Math.abs(effect) >= shown ? shortOf(effect) : '',
          ink: luminance(rgb) > 0.2 ? '#14161c' : '#ffffff', // the one with more contrast
        }
      }).filter((cell) => cell !== null),
    })),
  }
}

/** .43, 1.0, −1.9: two characters after the sign. */
function shortOf(effect: number): string {
  const size = Math.abs(effect)
  const text = size >= 0.995 ? formatFixed(effect, size >= 9.95 ? 0 : 1) : formatFixed(effect, 2)
  return text.replace('0.', '.')
}
const css = ([red, green, blue]: Rgb): string => `rgb(${red}, ${green}, ${blue})`

/** Maps as a picture of their own, below each other, with a title. */
export function effectSvg(maps: readonly EffectMap[], title: string, theme: Theme): string {
  const { colours, sans } = theme
  let y = head
  const drawn = maps.map((map) => {
    const part = `<g transform="translate(0 ${y})">${shapesOf(map, theme)}</g>`
    y += map.height + 8
    return part
  })
  const width = Math.max(...maps.map((map) => map.width)) + 8
  const hatch =
    '<pattern id="muted" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
    `<path d="M0 0V6" stroke="${colours['line-strong']}" stroke-width="2"/></pattern>`
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" font-family="${familyOf(sans)}" font-size="10">` +
    `<defs>${hatch}</defs><rect width="100%" height="100%" fill="${colours.bg}"/>` +
    `<text x="6" y="14" fill="${colours.ink}" font-size="12" font-weight="600">${escaped(title)}</text>${drawn.join('')}</svg>\n`
  )
}
/** Height of the title. */
const head = 22

function shapesOf(map: EffectMap, { colours, mono }: Theme): string {
  const text = (x: number, y: number, content: string, fill: string, more: string): string =>
    `<text x="${x}" y="${y}" fill="${fill}" ${more}>${escaped(content)}</text>`
  const rect = (x: number, y: number, width: number, fill: string): string =>
    `<rect x="${x}" y="${y}" width="${width - gap}" height="${cellHeight - gap}" fill="${fill}"/>`
  const centred = `text-anchor="middle" font-family="${familyOf(mono)}"`
  const columns = map.columns.map(({ label, x }) => text(x, 12, label, colours['ink-2'], centred))
  const rows = map.rows.flatMap(({ label, muted, y, cells }) => [
    text(map.left - 6, y + 14, shortened(label, map.letters), colours['ink-2'], 'text-anchor="end"'),
    ...(muted ? [rect(map.left, y, map.width - map.left, 'url(#muted)')] : []),
    ...(muted ? [] : cells).flatMap(({ x, fill, text: number, ink }) => [
      rect(x, y, map.cellWidth, fill),
      ...(number === '' ? [] : [text(x + map.cellWidth / 2, y + 14, number, ink, centred)]),
    ]),
  ])
  return [...columns, ...rows].join('')
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const familyOf = (font: string): string => escaped(font).replaceAll('"', "'")
