/** Draws matrices directly into device pixels without smoothing. A picture on a block takes microseconds. */
import { entryOf, type ColourTable, type Scale } from './colourMaps'

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface MatrixOptions {
  /** Device pixels per CSS pixel, by which the context is scaled. */
  readonly resolution: number
  /** Colour of the lines between large cells; no lines if omitted. */
  readonly separator?: string
  /** 0 to 1. */
  readonly opacity?: number
}

/** Cells narrower than this (in CSS pixels) get no separating lines. */
const SEPARATED_CELL = 12

/**
 * Draws rows × columns values into a box (CSS pixels), replacing its content; NaN is transparent. Where several cells share a pixel, it
 * shows the value farthest from 0, so that a single bright cell of a large map stays visible.
 */
export function drawMatrix(
  context: CanvasRenderingContext2D,
  matrix: { readonly rows: number; readonly columns: number; readonly data: Float32Array },
  scale: Scale,
  table: ColourTable,
  box: Box,
  { resolution, separator, opacity = 1 }: MatrixOptions,
): void {
  const { rows, columns, data } = matrix
  const [left, top] = [Math.round(box.x * resolution), Math.round(box.y * resolution)]
  const width = Math.round((box.x + box.width) * resolution) - left
  const height = Math.round((box.y + box.height) * resolution) - top
  if (width < 1 || height < 1 || rows < 1 || columns < 1) return
  const image = context.createImageData(width, height)
  const pixels = new Uint32Array(image.data.buffer)
  const columnAt = cellsOf(columns, width)
  const rowAt = cellsOf(rows, height)
  const mask = ((Math.round(opacity * 255) << 24) | 0xffffff) >>> 0
  for (let y = 0; y < height; y++) {
    if (y > 0 && rowAt.first[y] === rowAt.first[y - 1] && rowAt.last[y] === rowAt.last[y - 1]) {
      pixels.copyWithin(y * width, (y - 1) * width, y * width)
      continue
    }
    for (let x = 0; x < width; x++) {
      let value = NaN
      for (let row = rowAt.first[y]!; row <= rowAt.last[y]!; row++) {
        for (let column = columnAt.first[x]!; column <= columnAt.last[x]!; column++) {
          const cell = data[row * columns + column]!
          if (!(Math.abs(cell) <= Math.abs(value))) value = Number.isNaN(cell) ? value : cell
        }
      }
      pixels[y * width + x] = Number.isNaN(value) ? 0 : table[entryOf(scale, value)]! & mask
    }
  }
  context.putImageData(image, left, top)
  if (separator) drawSeparators(context, rows, columns, box, separator)
}

/** The first and last cell of each pixel: one cell where cells are larger than pixels, else all that start in it. */
function cellsOf(count: number, pixels: number): { readonly first: Int32Array; readonly last: Int32Array } {
  if (count <= pixels) {
    const middle = Int32Array.from({ length: pixels }, (_, pixel) => Math.floor(((pixel + 0.5) * count) / pixels))
    return { first: middle, last: middle }
  }
  const from = (pixel: number): number => Math.floor((pixel * count) / pixels)
  return {
    first: Int32Array.from({ length: pixels }, (_, pixel) => from(pixel)),
    last: Int32Array.from({ length: pixels }, (_, pixel) => from(pixel + 1) - 1),
  }
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
