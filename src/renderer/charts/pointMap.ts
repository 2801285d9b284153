/** A map of many points with labels that do not overlap: the same picture on a canvas and as SVG. */

export const shapes = ['circle', 'square', 'triangle', 'diamond'] as const
export type PointShape = (typeof shapes)[number]

/** How a point looks; points share few of them. */
export interface PointLook {
  /** CSS colour. */
  readonly colour: string
  readonly shape: PointShape
  /** Whether it lies under all others. */
  readonly isQuiet?: boolean
}

export interface Points {
  /** In the units of the vectors. */
  readonly x: Float32Array
  readonly y: Float32Array
}

/** Half of the side of the square, around 0, that the map shows. */
export type Reach = number

/** Room for the largest coordinate, never smaller than before: axes that breathe would hide what moves. */
export function reachOf({ x, y }: Points, before: Reach): Reach {
  let largest = 0
  for (const values of [x, y])
    for (const value of values) if (Math.abs(value) > largest && Math.abs(value) < Infinity) largest = Math.abs(value)
  return Math.max(before, 1.08 * largest) || 1
}

export interface Frame {
  /** CSS pixels. */
  readonly width: number
  readonly height: number
  readonly reach: Reach
}

/** Both axes have the same scale, so that distances mean the same in all directions. */
export function placeOf({ width, height, reach }: Frame, x: number, y: number): readonly [left: number, top: number] {
  const scale = Math.min(width, height) / 2 / reach
  return [width / 2 + x * scale, height / 2 - y * scale]
}

/** Between two maps of the same points. */
export function between(from: Points, to: Points, share: number): Points {
  if (share >= 1 || from.x.length !== to.x.length) return to
  const mixed = (a: Float32Array, b: Float32Array) => a.map((value, index) => value + (b[index]! - value) * share)
  return { x: mixed(from.x, to.x), y: mixed(from.y, to.y) }
}

/** The point nearest to a place, within so many CSS pixels; null if there is none. */
export function nearestTo(points: Points, frame: Frame, left: number, top: number, within: number): number | null {
  let [found, smallest]: [number | null, number] = [null, within]
  for (let index = 0; index < points.x.length; index++) {
    const [x, y] = placeOf(frame, points.x[index]!, points.y[index]!)
    const distance = Math.hypot(x - left, y - top)
    if (distance <= smallest) [found, smallest] = [index, distance]
  }
  return found
}

/** The nearest point in one of the four directions, for arrow keys; null if there is none. */
export function towards({ x, y }: Points, from: number, across: number, up: number): number | null {
  let [found, smallest]: [number | null, number] = [null, Infinity]
  for (let index = 0; index < x.length; index++) {
    const [dx, dy] = [x[index]! - x[from]!, y[index]! - y[from]!]
    const [ahead, aside] = [dx * across + dy * up, Math.abs(dx * up) + Math.abs(dy * across)]
    if (index === from || ahead <= 0 || aside > ahead) continue
    if (ahead + 2 * aside < smallest) [found, smallest] = [index, ahead + 2 * aside]
  }
  return found
}

export interface PlacedLabel {
  readonly index: number
  /** Of the left end of the text's middle line, relative to the point. */
  readonly dx: number
  readonly dy: number
}

const lineHeight = 13
const gap = 6
const mostLabels = 120
const mostTried = 600
/** Of more points, labels cover some. */
const mostSpared = 400

/**
 * Labels for as many points as have room, in the order of `priority`: beside, above or below the point, inside the frame, where no other label is and, in
 * a map of up to 400 points, no other point; the first `certain` ones may cover points. `widthOf` measures a text in CSS pixels.
 */
export function labelsOf(
  points: Points,
  frame: Frame,
  priority: readonly number[],
  widthOf: (index: number) => number,
  certain = 0,
): readonly PlacedLabel[] {
  const placed: PlacedLabel[] = []
  const spared = points.x.length > mostSpared ? [] : Array.from(points.x, (x, index) => placeOf(frame, x, points.y[index]!))
  const taken: (readonly [left: number, top: number, right: number, bottom: number])[] = []
  for (const [rank, index] of priority.slice(0, mostTried).entries()) {
    if (placed.length === mostLabels) break
    const [left, top] = placeOf(frame, points.x[index]!, points.y[index]!)
    if (!Number.isFinite(left + top)) continue
    const width = widthOf(index)
    for (const [dx, dy] of [
      [gap, 0],
      [-gap - width, 0],
      [-width / 2, -lineHeight],
      [-width / 2, lineHeight],
    ] as const) {
      const box = [left + dx - 1, top + dy - lineHeight / 2, left + dx + width + 1, top + dy + lineHeight / 2] as const
      if (box[0] < 0 || box[1] < 0 || box[2] > frame.width || box[3] > frame.height) continue
      if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue
      const covers = ([x, y]: readonly [number, number], other: number): boolean =>
        other !== index && x > box[0] - 2 && x < box[2] + 2 && y > box[1] && y < box[3]
      if (rank >= certain && spared.some(covers)) continue
      taken.push(box)
      placed.push({ index, dx, dy })
      break
    }
  }
  return placed
}

export interface PointMapLook {
  readonly frame: Frame
  readonly points: Points
  /** Index into `looks` for each point. */
  readonly kinds: ArrayLike<number>
  readonly looks: readonly PointLook[]
  readonly labels: readonly PlacedLabel[]
  readonly textOf: (index: number) => string
  readonly chosen: number | null
  /** Joined to the chosen point by lines. */
  readonly near: readonly number[]
  readonly colours: { readonly ink: string; readonly ground: string; readonly line: string }
  readonly font: string
}

/** Half of the size of a point, in CSS pixels. */
export const radiusFor = (count: number): number => (count > 2000 ? 1.6 : count > 300 ? 2.4 : 3.6)

export function drawPointMap(context: CanvasRenderingContext2D, look: PointMapLook): void {
  const { frame, points, kinds, looks, labels, textOf, chosen, near, colours, font } = look
  const radius = radiusFor(points.x.length)
  const at = (index: number) => placeOf(frame, points.x[index]!, points.y[index]!)
  context.strokeStyle = colours.line
  context.lineWidth = 1
  context.beginPath()
  const [middle, centre] = placeOf(frame, 0, 0)
  context.moveTo(0, centre)
  context.lineTo(frame.width, centre)
  context.moveTo(middle, 0)
  context.lineTo(middle, frame.height)
  context.stroke()
  // One path for all points of a look, so that thousands take a few milliseconds.
  for (const kind of inOrder(looks)) {
    const { colour, shape } = looks[kind]!
    context.fillStyle = colour
    context.beginPath()
    for (let index = 0; index < points.x.length; index++) {
      if (kinds[index] !== kind) continue
      const [left, top] = at(index)
      trace(context, shape, left, top, radius)
    }
    context.fill()
  }
  if (chosen !== null) {
    const [left, top] = at(chosen)
    context.strokeStyle = colours.ink
    context.globalAlpha = 0.5
    context.beginPath()
    for (const index of near) {
      context.moveTo(left, top)
      context.lineTo(...at(index))
    }
    context.stroke()
    context.globalAlpha = 1
    context.lineWidth = 2
    context.beginPath()
    context.arc(left, top, radius + 3, 0, 2 * Math.PI)
    context.stroke()
  }
  context.font = font
  context.textBaseline = 'middle'
  context.lineWidth = 3
  context.lineJoin = 'round'
  for (const { index, dx, dy } of labels) {
    const [left, top] = at(index)
    context.strokeStyle = colours.ground
    context.strokeText(textOf(index), left + dx, top + dy)
    context.fillStyle = colours.ink
    context.fillText(textOf(index), left + dx, top + dy)
  }
}

/** Quiet looks first. */
const inOrder = (looks: readonly PointLook[]): readonly number[] =>
  [...looks.keys()].sort((a, b) => Number(looks[b]!.isQuiet ?? false) - Number(looks[a]!.isQuiet ?? false))

function trace(context: CanvasRenderingContext2D, shape: PointShape, left: number, top: number, radius: number): void {
  if (shape === 'circle') {
    context.moveTo(left + radius, top)
    context.arc(left, top, radius, 0, 2 * Math.PI)
    return
  }
  const corners = cornersOf(shape, left, top, radius)
  context.moveTo(...corners[0]!)
  for (const corner of corners.slice(1)) context.lineTo(...corner)
  context.closePath()
}

function cornersOf(shape: PointShape, left: number, top: number, radius: number): readonly (readonly [number, number])[] {
  const r = radius * (shape === 'square' ? 0.9 : 1.25)
  if (shape === 'square')
    return [
      [left - r, top - r],
      [left + r, top - r],
      [left + r, top + r],
      [left - r, top + r],
    ]
  if (shape === 'triangle')
    return [
      [left, top - r],
      [left + r, top + r * 0.8],
      [left - r, top + r * 0.8],
    ]
  return [
    [left, top - r],
    [left + r, top],
    [left, top + r],
    [left - r, top],
  ]
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!)

/** The same picture, for files. */
export function pointMapSvg({
  frame,
  points,
  kinds,
  looks,
  labels,
  textOf,
  chosen,
  near,
  colours,
  font,
}: PointMapLook): string {
  const { width, height } = frame
  const radius = radiusFor(points.x.length)
  const short = (value: number): string => value.toFixed(1)
  const at = (index: number) => placeOf(frame, points.x[index]!, points.y[index]!)
  const [middle, centre] = placeOf(frame, 0, 0)
  const lines = [`M0 ${short(centre)}H${width}`, `M${short(middle)} 0V${height}`]
  const ranks = inOrder(looks)
  const byRank = [...points.x.keys()].sort((a, b) => ranks.indexOf(kinds[a]!) - ranks.indexOf(kinds[b]!))
  const marks = byRank.map((index) => {
    const [left, top] = at(index)
    const { colour, shape } = looks[kinds[index]!]!
    if (!Number.isFinite(left + top)) return ''
    if (shape === 'circle') return `<circle cx="${short(left)}" cy="${short(top)}" r="${radius}" fill="${colour}"/>`
    const corners = cornersOf(shape, left, top, radius).map(([x, y]) => `${short(x)},${short(y)}`)
    return `<polygon points="${corners.join(' ')}" fill="${colour}"/>`
  })
  const joined =
    chosen === null ? [] : near.map((index) => `M${at(chosen).map(short).join(' ')}L${at(index).map(short).join(' ')}`)
  const ring =
    chosen === null
      ? ''
      : `<path d="${joined.join('')}" stroke="${colours.ink}" opacity="0.5"/><circle cx="${short(at(chosen)[0])}" cy="${short(at(chosen)[1])}" r="${radius + 3}" fill="none" stroke="${colours.ink}" stroke-width="2"/>`
  const texts = labels.map(({ index, dx, dy }) => {
    const [left, top] = at(index)
    return `<text x="${short(left + dx)}" y="${short(top + dy)}">${escaped(textOf(index))}</text>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="${colours.ground}"/>`,
    `<path d="${lines.join('')}" stroke="${colours.line}" fill="none"/>`,
    ...marks,
    ring,
    `<g style="font:${escaped(font)}" fill="${colours.ink}" stroke="${colours.ground}" stroke-width="3" stroke-linejoin="round" paint-order="stroke" dominant-baseline="central">`,
    ...texts,
    '</g></svg>',
  ].join('\n')
}
