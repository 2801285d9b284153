/** Exports numbers and images: clipboard, CSV, PNG, SVG. All files are generated locally. */
import { download } from '../api/files'

/** Rows of cells as CSV (RFC 4180), quoted only where needed. Texts that a spreadsheet would run as formulas get a leading apostrophe. */
export function csvOf(rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) => {
    const isFormula = typeof value === 'string' && /^[=+\-@\t\r]/.test(value)
    const text = `${isFormula ? "'" : ''}${value}`
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return rows.map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n'
}

/** Draws at 2 pixels per CSS pixel onto the colour `ground`, so that the image can be printed. */
export function savePng(
  name: string,
  width: number,
  height: number,
  ground: string,
  draw: (context: CanvasRenderingContext2D) => void,
): void {
  const canvas = document.createElement('canvas')
  const ratio = 2
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  const context = canvas.getContext('2d')
  if (!context) return
  context.scale(ratio, ratio)
  context.fillStyle = ground
  context.fillRect(0, 0, width, height)
  draw(context)
  canvas.toBlob((blob) => blob && download(name, blob, 'image/png'), 'image/png')
}

/** An SVG picture as PNG, at 2 pixels per CSS pixel. */
export async function saveSvgAsPng(name: string, svg: string, ground: string): Promise<void> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    savePng(name, image.width, image.height, ground, (context) => context.drawImage(image, 0, 0))
  } finally {
    URL.revokeObjectURL(url)
  }
}
