/** A heat map over time as an animated picture: one frame for each step, with the step above it. */
import { animatedPng } from './animated-png'
import { formatCount } from './format'
import { drawHeatMap, layoutOf, type HeatMapLook } from './heatMapLayout'
import type { Matrix } from './matrix'

export interface FilmFrame {
  readonly step: number
  readonly matrix: Matrix
}

/** CSS pixels; drawn at twice as many. */
const width = 420
const caption = 22
const milliseconds = 250

/** All matrices have the same size. `stepName` is the word before the number of the step. Throws a RangeError without frames. */
export async function mapFilm(
  frames: readonly FilmFrame[],
  look: Omit<HeatMapLook, 'matrix' | 'selected'>,
  stepName: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const pictures: Uint8Array[] = []
  for (const { step, matrix } of frames) {
    const layout = layoutOf(width, { ...look, matrix }, true, width)
    const canvas = document.createElement('canvas')
    canvas.width = 2 * width
    canvas.height = 2 * (layout.height + caption)
    const context = canvas.getContext('2d')
    if (!context) throw new Error('no canvas')
    context.scale(2, 2)
    context.fillStyle = look.theme.colours.panel
    context.fillRect(0, 0, width, layout.height + caption)
    context.fillStyle = look.theme.colours['ink-2']
    context.font = `500 12px ${look.theme.sans}`
    context.fillText(`${stepName} ${formatCount(step)}`, layout.cells.x, 15)
    context.translate(0, caption)
    drawHeatMap(context, layout, { ...look, matrix, selected: null }, 2)
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
    if (blob) pictures.push(new Uint8Array(await blob.arrayBuffer()))
  }
  return animatedPng(pictures, milliseconds)
}
