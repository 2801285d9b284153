/** Layout and drawing of a heat map, shared by the screen and saved images. */
import type { ColourTable, Scale } from './colourMaps'
import { drawMatrix, type Box } from './drawMatrix'
import { formatNumber } from './format'
import type { Matrix } from './matrix'
import type { Theme } from './theme'

export interface Cell {
  readonly row: number
  readonly column: number
}

export interface HeatMapLook {
  readonly matrix: Matrix
  readonly scale: Scale
  readonly table: ColourTable
  readonly theme: Theme
  readonly rowLabels: readonly string[] | null
  readonly columnLabels: readonly string[] | null
  /** Axis names in the current language. */
  readonly rowAxis: string
  readonly columnAxis: string
  readonly selected: Cell | null
}

export interface HeatMapLayout {
  readonly cells: Box
  /** A label on every n-th column; slanted if labels are wider than their columns. */
  readonly everyColumn: number
  readonly slanted: boolean
  /** Height of the column labels. */
  readonly labels: number
  readonly height: number
}

const FONT = 10
/** Wide enough for `-1.2e-5`. */
const LEGEND = 56
const MAX_LABEL = 72

/** Label of the i-th row or column: its token, or its index. */
export const labelOf = (labels: readonly string[] | null, index: number): string => labels?.[index] ?? String(index)

/** Width in monospaced characters; wide (Chinese) characters count double. */
const cells = (text: string): number =>
  Array.from(text).reduce((sum, character) => sum + (character.codePointAt(0)! > 0x2e7f ? 2 : 1), 0)
const CHARACTER = 0.6 * FONT

function shorten(text: string, width: number): string {
  if (cells(text) * CHARACTER <= width) return text
  let short = ''
  for (const character of text) {
    if ((cells(short + character) + 1) * CHARACTER > width) break
    short += character
  }
  return short === '' ? '' : `${short}…`
}

const widest = (labels: readonly string[] | null, count: number): number =>
  CHARACTER * (labels ? Math.max(1, ...labels.slice(0, count).map(cells)) : String(Math.max(0, count - 1)).length)

/** Square cells on request, with a total height of at most `maxHeight`; otherwise rows share `maxHeight`, at most 14 px each. */
export function layoutOf(
  width: number,
  { matrix, rowLabels, columnLabels }: Pick<HeatMapLook, 'matrix' | 'rowLabels' | 'columnLabels'>,
  square: boolean,
  maxHeight: number,
): HeatMapLayout {
  const { rows, columns } = matrix
  const left = Math.min(MAX_LABEL, Math.max(34, widest(rowLabels, rows) + 8))
  const room = Math.max(20, width - left - LEGEND)
  let cellWidth = room / Math.max(1, columns)
  let cellHeight = Math.min(14, maxHeight / Math.max(1, rows))
  if (square) {
    cellWidth = Math.min(cellWidth, 44, maxHeight / Math.max(1, rows))
    cellHeight = cellWidth
  }
  const longest = Math.min(widest(columnLabels, columns), MAX_LABEL)
  const slanted = columnLabels !== null && longest > Math.max(cellWidth - 3, 2 * CHARACTER)
  const everyColumn = Math.max(1, Math.ceil((slanted ? FONT + 1 : longest + (columnLabels ? 2 : 8)) / cellWidth))
  const labels = slanted ? longest * Math.SQRT1_2 + FONT : FONT + 6
  const box = { x: left, y: 2, width: cellWidth * columns, height: Math.max(cellHeight * rows, 16) }
  return { cells: box, everyColumn, slanted, labels, height: Math.ceil(box.height + labels + FONT + 10) }
}

/** The cell under a point, or null. */
export function cellAt(layout: HeatMapLayout, matrix: Matrix, x: number, y: number): Cell | null {
  const column = Math.floor(((x - layout.cells.x) / layout.cells.width) * matrix.columns)
  const row = Math.floor(((y - layout.cells.y) / layout.cells.height) * matrix.rows)
  return row >= 0 && row < matrix.rows && column >= 0 && column < matrix.columns ? { row, column } : null
}

export function drawHeatMap(
  context: CanvasRenderingContext2D,
  layout: HeatMapLayout,
  look: HeatMapLook,
  resolution: number,
): void {
  const { matrix, scale, table, theme } = look
  const box = layout.cells
  drawMatrix(context, matrix, scale, table, box, { separator: theme.colours.panel, resolution })
  drawLabels(context, layout, look)
  drawLegend(context, box, look, resolution)
  if (look.selected) drawSelection(context, box, look, look.selected)
}

function drawLabels(context: CanvasRenderingContext2D, layout: HeatMapLayout, look: HeatMapLook): void {
  const { cells: box, everyColumn, slanted, labels } = layout
  const { matrix, theme, selected } = look
  const [cellWidth, cellHeight] = [box.width / matrix.columns, box.height / matrix.rows]
  context.font = `500 ${FONT}px ${theme.mono}`
  context.textBaseline = 'middle'
  const write = (text: string, x: number, y: number, chosen: boolean) => {
    context.fillStyle = chosen ? theme.colours.accent : theme.colours['ink-2']
    context.fillText(text, x, y)
  }

  const everyRow = Math.max(1, Math.ceil((FONT + 2) / cellHeight))
  context.textAlign = 'right'
  for (const { index, chosen } of shownLabels(matrix.rows, everyRow, selected?.row)) {
    write(shorten(labelOf(look.rowLabels, index), box.x - 6), box.x - 4, box.y + (index + 0.5) * cellHeight, chosen)
  }

  const bottom = box.y + box.height
  context.textAlign = slanted ? 'right' : 'center'
  for (const { index, chosen } of shownLabels(matrix.columns, everyColumn, selected?.column)) {
    const text = shorten(labelOf(look.columnLabels, index), MAX_LABEL)
    const middle = box.x + (index + 0.5) * cellWidth
    if (!slanted) {
      write(text, middle, bottom + 9, chosen)
      continue
    }
    context.save()
    context.translate(middle + 3, bottom + 5)
    context.rotate(-Math.PI / 4)
    write(text, 0, 0, chosen)
    context.restore()
  }

  context.font = `500 ${FONT}px ${theme.sans}`
  context.fillStyle = theme.colours['ink-3']
  context.textAlign = 'left'
  const axes = [look.rowAxis && `${look.rowAxis} ↓`, look.columnAxis && `${look.columnAxis} →`].filter(Boolean).join('   ')
  context.fillText(axes, box.x, bottom + labels + FONT / 2 + 2)
}

/** Every n-th label, plus the selected one in place of labels too close to it. */
function shownLabels(count: number, every: number, chosen: number | undefined): { index: number; chosen: boolean }[] {
  const all = Array.from({ length: count }, (_, index) => ({ index, chosen: index === chosen }))
  return all.filter(
    ({ index }) => index === chosen || (index % every === 0 && (chosen === undefined || Math.abs(index - chosen) >= every)),
  )
}

function drawLegend(
  context: CanvasRenderingContext2D,
  box: Box,
  { scale, table, theme }: HeatMapLook,
  resolution: number,
): void {
  const x = box.x + box.width + 8
  const height = Math.max(16, Math.min(box.height, 160))
  const steps = Float32Array.from({ length: 256 }, (_, i) => scale.max - ((scale.max - scale.min) * i) / 255)
  drawMatrix(context, { rows: 256, columns: 1, data: steps }, scale, table, { x, y: box.y, width: 7, height }, { resolution })
  context.font = `500 ${FONT - 1}px ${theme.mono}`
  context.fillStyle = theme.colours['ink-2']
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  context.fillText(formatNumber(scale.max, 2), x + 10, box.y + 5)
  if (scale.min < 0 && height > 40) context.fillText('0', x + 10, box.y + height / 2)
  if (height > 24) context.fillText(formatNumber(scale.min, 2), x + 10, box.y + height - 4)
}

function drawSelection(
  context: CanvasRenderingContext2D,
  box: Box,
  { matrix, theme }: HeatMapLook,
  { row, column }: Cell,
): void {
  const [width, height] = [box.width / matrix.columns, box.height / matrix.rows]
  const outline = (inset: number, colour: string, line: number) => {
    context.strokeStyle = colour
    context.lineWidth = line
    const [w, h] = [Math.max(width, 4), Math.max(height, 4)]
    context.strokeRect(
      box.x + (column + 0.5) * width - w / 2 - inset,
      box.y + (row + 0.5) * height - h / 2 - inset,
      w + 2 * inset,
      h + 2 * inset,
    )
  }
  // A dark and a light outline are visible on every colour of every map.
  outline(1, theme.colours.ink, 1)
  outline(0, theme.colours.raised, 1.5)
}
