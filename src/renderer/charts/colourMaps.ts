/** Colour maps as tables of 256 colours, and the scales that map values to table entries. */

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number]
/** 256 colours in the ImageData layout of a little-endian machine: alpha, blue, green, red from the highest byte. */
export type ColourTable = Uint32Array
export type ScaleKind = 'sequential' | 'diverging'

export interface Scale {
  readonly kind: ScaleKind
  readonly min: number
  readonly max: number
}

/** Cividis (Nuñez, Anderton & Renslow 2018), sampled at ten equal steps: readable with colour-vision deficiency; lighter is more. */
const CIVIDIS: readonly Rgb[] = [
  [0, 34, 78],
  [18, 53, 112],
  [59, 73, 108],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 120],
  [165, 156, 116],
  [195, 179, 105],
  [225, 204, 85],
  [254, 232, 56],
]

/** From neutral outwards: darker on a light background, lighter on a dark one, so that distance from zero always stands out. */
const ARMS = {
  light: {
    negative: [
      [103, 169, 207],
      [33, 102, 172],
      [16, 56, 120],
    ],
    positive: [
      [239, 138, 98],
      [196, 40, 48],
      [122, 8, 32],
    ],
  },
  dark: {
    negative: [
      [30, 74, 130],
      [62, 131, 206],
      [166, 208, 255],
    ],
    positive: [
      [128, 40, 48],
      [222, 84, 76],
      [255, 190, 176],
    ],
  },
} as const

/** Relative luminance of an sRGB colour, 0 to 1 (WCAG 2). */
export function luminance([red, green, blue]: Rgb): number {
  const linear = (channel: number) => (channel <= 10.31475 ? channel / 3294.6 : ((channel / 255 + 0.055) / 1.055) ** 2.4)
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

export function colourAt(table: ColourTable, index: number): Rgb {
  const packed = table[index] ?? 0
  return [packed & 255, (packed >>> 8) & 255, (packed >>> 16) & 255]
}

/** Interpolates linearly in sRGB between equally spaced colours. */
function interpolate(colours: readonly Rgb[]): ColourTable {
  const table = new Uint32Array(256)
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (colours.length - 1)
    const left = Math.min(Math.floor(place), colours.length - 2)
    const [from, to] = [colours[left]!, colours[left + 1]!]
    const channel = (c: 0 | 1 | 2) => Math.round(from[c] + (to[c] - from[c]) * (place - left))
    table[i] = ((255 << 24) | (channel(2) << 16) | (channel(1) << 8) | channel(0)) >>> 0
  }
  return table
}

export const cividis: ColourTable = interpolate(CIVIDIS)
/** The same as CSS colours, for charts. */
export const cividisColours: readonly string[] = CIVIDIS.map((rgb) => `rgb(${rgb.join()})`)

/** Blue for negative and red for positive values; `neutral`, the background colour, for zero. */
export function diverging(neutral: Rgb): ColourTable {
  const arms = luminance(neutral) > 0.35 ? ARMS.light : ARMS.dark
  return interpolate([...[...arms.negative].reverse(), neutral, ...arms.positive])
}

/** The scale over all finite values: starts at 0 if sequential, symmetric around 0 if diverging. */
export function scaleFor(data: Float32Array, kind: ScaleKind): Scale {
  let largest = 0
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!
    const size = value < 0 && kind === 'diverging' ? -value : value
    if (size > largest && size < Infinity) largest = size
  }
  return { kind, min: kind === 'diverging' ? -largest : 0, max: largest }
}

/** Table entry of a value, clamped to the scale. On an empty scale every value is 0 and maps to the neutral colour. */
export function entryOf(scale: Scale, value: number): number {
  const span = scale.max - scale.min
  if (span <= 0) return scale.kind === 'diverging' ? 128 : 0
  const place = ((value - scale.min) / span) * 255 + 0.5
  return place < 0 ? 0 : place > 255 ? 255 : Math.floor(place)
}
