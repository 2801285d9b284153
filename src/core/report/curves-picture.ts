/** Curves of runs as an SVG picture: axes with round numbers, a line for each run, and its letter at the end. */
import { escaped, markup, Markup } from '../markup'
import { formatCount, formatNumber } from '../numbers'
import type { Place } from '../series/along'
import { envelope, type Points } from '../series/series'
import { lineOf } from './style'

export interface ReportCurve {
  readonly letter: string
  /** Its place among all runs, which decides its look. */
  readonly index: number
  readonly points: Points
  readonly place: Place
}

export interface CurvesOptions {
  /** For people who cannot see it. */
  readonly name: string
  /** Name of the horizontal axis. */
  readonly along: string
  /** Factor between stored and shown values, and the unit shown. */
  readonly scale: number
  readonly unit: string
}

/** Units of the picture. */
const [width, height] = [480, 250]
const frame = { left: 52, right: 26, top: 14, bottom: 34 } as const
/** Points of a line; more could not be told apart. */
const most = 600

export function curvesPicture(curves: readonly ReportCurve[], { name, along, scale, unit }: CurvesOptions): Markup {
  const drawn = curves.map((curve) => ({ ...curve, pairs: pairsOf(curve, scale) }))
  const all = drawn.flatMap(({ pairs }) => pairs)
  const last = Math.max(...all.map(([at]) => at), 0) || 1
  const values = all.map(([, value]) => value)
  const [low, high] = values.length === 0 ? [0, 1] : padded(Math.min(...values), Math.max(...values))
  const x = (at: number): number => frame.left + (at / last) * (width - frame.left - frame.right)
  const y = (value: number): number =>
    height - frame.bottom - ((value - low) / (high - low)) * (height - frame.top - frame.bottom)

  const rows = ticksOf(low, high, 5).map(
    (value) =>
      markup`<line x1="${frame.left}" x2="${width - frame.right}" y1="${place(y(value))}" y2="${place(y(value))}" stroke="#e3e0d8"/><text x="${frame.left - 6}" y="${place(y(value) + 3.5)}" text-anchor="end">${formatNumber(value, 3)}</text>`,
  )
  const columns = ticksOf(0, last, 5).map(
    (at) =>
      markup`<text x="${place(x(at))}" y="${height - frame.bottom + 15}" text-anchor="middle">${last < 10 ? formatNumber(at, 3) : formatCount(at)}</text>`,
  )
  const lines = drawn.map(({ index, pairs }) => {
    const { colour, dash } = lineOf(index)
    const path = pairs.map(([at, value]) => `${place(x(at))},${place(y(value))}`).join(' ')
    if (pairs.length === 1)
      return markup`<circle cx="${place(x(pairs[0]![0]))}" cy="${place(y(pairs[0]![1]))}" r="3" fill="${colour}"/>`
    return markup`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.6" stroke-dasharray="${dash}" stroke-linejoin="round"/>`
  })
  const ends = apart(
    drawn.flatMap(({ letter, index, pairs }) => {
      const last = pairs.at(-1)
      return last ? [{ letter, colour: lineOf(index).colour, x: x(last[0]) + 5, y: y(last[1]) + 4 }] : []
    }),
  ).map(
    (end) => markup`<text x="${place(end.x)}" y="${place(end.y)}" font-weight="700" fill="${end.colour}">${end.letter}</text>`,
  )
  const axes = markup`<text x="${(frame.left + width - frame.right) / 2}" y="${height - 4}" text-anchor="middle">${along}</text><text x="4" y="10">${unit}</text>`
  return new Markup(
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(name)}" font-size="10.5" fill="#545a68">` +
      markup`<title>${name}</title>${rows}${columns}${lines}${ends}${axes}`.text +
      '</svg>',
  )
}

type Pair = readonly [place: number, value: number]
function pairsOf({ points, place }: ReportCurve, scale: number): Pair[] {
  const { steps, values } = envelope(points, most)
  return Array.from(steps, (step, index): Pair => [place(step), values[index]! * scale]).filter((pair) =>
    pair.every(Number.isFinite),
  )
}

/** Two decimals of a unit are finer than any screen or printer needs. */
const place = (at: number): string => String(Number(at.toFixed(2)))

/** A little more room than the values take; never empty. */
function padded(low: number, high: number): readonly [number, number] {
  const room = high > low ? (high - low) * 0.05 : Math.max(Math.abs(high), 1) * 0.1
  // Losses and shares do not go below zero.
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room]
}

/** Round numbers from `low` to `high`, about `count` of them: multiples of 1, 2 or 5 times a power of ten. */
export function ticksOf(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10)
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)))
}

/** Letters that would overlap are moved down. */
function apart<T extends { readonly x: number; readonly y: number }>(ends: readonly T[]): T[] {
  const placed: T[] = []
  for (const end of ends.toSorted((a, b) => a.y - b.y)) {
    const above = placed.findLast((other) => Math.abs(other.x - end.x) < 9)
    placed.push({ ...end, y: above ? Math.max(end.y, above.y + 11) : end.y })
  }
  return placed
}
