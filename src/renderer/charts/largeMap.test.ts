import { describe, expect, it } from 'vitest'
import { cividis } from './colourMaps'
import { drawMatrix } from './drawMatrix'
import { placesOf, scaledByRow, windowOf } from './largeMap'
import type { Matrix } from './matrix'

const matrix: Matrix = {
  ...{ rows: 3, columns: 4, rowAxis: 'query', columnAxis: 'key' },
  data: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
}

describe('large map', () => {
  it('cuts out a window starting at a cell', () => {
    expect(windowOf(matrix, { row: 1, column: 2 }, { rows: 2, columns: 2 })).toEqual({
      ...matrix,
      ...{ rows: 2, columns: 2, data: Float32Array.of(6, 7, 10, 11) },
    })
  })
  it('scales each row by its largest magnitude', () => {
    const rows = { ...matrix, rows: 3, columns: 2, data: Float32Array.of(0.1, -0.2, 0, 0, 5, 10) }
    expect(Array.from(scaledByRow(rows).data)).toEqual([0.5, -1, 0, 0, 0.5, 1])
    expect(Array.from(rows.data)).toEqual(Array.from(Float32Array.of(0.1, -0.2, 0, 0, 5, 10)))
  })
  it('finds tokens by text', () => {
    expect(placesOf(' THE ', ['the', 'cat', 'then'], 3)).toEqual([0, 2])
    expect(placesOf('he c', ['t', 'h', 'e', '␣', 'c', 'h', 'e'], 7)).toEqual([1])
    expect([placesOf('', ['the'], 1), placesOf('x', null, 3)]).toEqual([[], []])
  })
})

describe('drawMatrix', () => {
  /** The pixels drawn, as entries of the colour table. */
  function draw(data: Float32Array, rows: number, columns: number, width: number, height: number): number[] {
    let pixels: Uint32Array | undefined
    const context = {
      createImageData: (across: number, down: number) => ({ data: new Uint8ClampedArray(across * down * 4) }),
      putImageData: (image: { data: Uint8ClampedArray }) => (pixels = new Uint32Array(image.data.buffer)),
    }
    const scale = { kind: 'sequential', min: 0, max: 1 } as const
    const box = { x: 0, y: 0, width, height }
    drawMatrix(context as unknown as CanvasRenderingContext2D, { rows, columns, data }, scale, cividis, box, { resolution: 1 })
    return Array.from(pixels!, (pixel) => cividis.indexOf(pixel))
  }
  it('keeps one bright cell among 512 × 512 visible', () => {
    for (const at of [0, 12_345, 262_143]) {
      const data = new Float32Array(512 * 512)
      data[at] = 1
      const entries = draw(data, 512, 512, 100, 90)
      expect(entries.filter((entry) => entry === cividis.length - 1)).toHaveLength(1)
    }
  })
  it('spreads fewer cells than pixels evenly', () => {
    const entries = draw(Float32Array.of(0, 1), 1, 2, 4, 2)
    const last = cividis.length - 1
    expect(entries).toEqual([0, 0, last, last, 0, 0, last, last])
  })
  it('leaves NaN transparent unless a number shares its pixel', () => {
    expect(draw(Float32Array.of(NaN, 1, NaN, NaN), 1, 4, 2, 1)).toEqual([cividis.length - 1, -1])
  })
})
