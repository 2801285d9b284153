/** Fast drawing of matrices: one pixel per cell into a buffer, scaled up without smoothing. A thousand cells cost microseconds. */
import { entryOf, type ColourTable, type Scale } from './colourMaps'

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Cells narrower than this (CSS pixels) are drawn without separating lines. */
const SEPARATED_CELL = 12

let buffer: { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D } | null = null

/** One shared buffer: drawing is synchronous, and allocating one per picture would cost more than drawing. */
function sharedBuffer(width: number, height: number): CanvasRenderingContext2D | null {
  if (!buffer) {
    const canvas = document.createElement('canvas')
    const context = canvas.getContext('2d')
    if (!context) return null
    buffer = { canvas, context }
  }
  if (buffer.canvas.width < width) buffer.canvas.width = width
  if (buffer.canvas.height < height) buffer.canvas.height = height
  return buffer.context
}

/**
 * Draws rows × columns values into a box (CSS pixels). Where there are more cells than `resolution` (device pixels per CSS pixel)
 * can show, cells are left out evenly. `separator` is the colour of the lines between large cells.
 */
export function drawMatrix(
  context: CanvasRenderingContext2D,
  matrix: { readonly rows: number; readonly columns: number; readonly data: Float32Array },
  scale: Scale,
  table: ColourTable,
  box: Box,
  { separator, resolution = 1 }: { separator?: string; resolution?: number } = {},
): void {
  const width = Math.min(matrix.columns, Math.ceil(box.width * resolution))
  const height = Math.min(matrix.rows, Math.ceil(box.height * resolution))
  if (width < 1 || height < 1) return
  const cells = sharedBuffer(width, height)
  if (!cells) return
  const image = cells.createImageData(width, height)
  const pixels = new Uint32Array(image.data.buffer)
  for (let y = 0; y < height; y++) {
    const start = Math.floor((y * matrix.rows) / height) * matrix.columns
    for (let x = 0; x < width; x++) {
      const value = matrix.data[start + Math.floor((x * matrix.columns) / width)]!
      pixels[y * width + x] = Number.isNaN(value) ? 0 : table[entryOf(scale, value)]!
    }
  }
  cells.putImageData(image, 0, 0)
  context.imageSmoothingEnabled = false
  context.drawImage(cells.canvas, 0, 0, width, height, box.x, box.y, box.width, box.height)
  if (separator) drawSeparators(context, matrix.rows, matrix.columns, box, separator)
}

function drawSeparators(context: CanvasRenderingContext2D, rows: number, columns: number, box: Box, colour: string): void {
  const [cellWidth, cellHeight] = [box.width / columns, box.height / rows]
  context.strokeStyle = colour
  context.lineWidth = 1
  context.beginPath()
  if (cellWidth >= SEPARATED_CELL) {
    for (let column = 1; column < columns; column++) {
      context.moveTo(box.x + column * cellWidth, box.y)
      context.lineTo(box.x + column * cellWidth, box.y + box.height)
    }
  }
  if (cellHeight >= SEPARATED_CELL) {
    for (let row = 1; row < rows; row++) {
      context.moveTo(box.x, box.y + row * cellHeight)
      context.lineTo(box.x + box.width, box.y + row * cellHeight)
    }
  }
  context.stroke()
}
