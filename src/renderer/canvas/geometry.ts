/** Geometry of the canvas: node sizes, port positions and wire paths around nodes. All values are in canvas units. */
export interface Point {
  readonly x: number
  readonly y: number
}

export interface Rect extends Point {
  readonly width: number
  readonly height: number
}

export interface WirePath {
  /** The `d` attribute of an SVG path. */
  readonly d: string
  /** Sample points on the wire, from source to target. */
  readonly points: readonly Point[]
}

/** Of a block with at most two ports on a side. */
export const nodeSize = { width: 124, height: 94 } as const
export const grid = 4
/** Minimum distance between a detour and the node it avoids. */
const clearance = 14
/** How far a detour may extend beyond the ends of a short wire. */
const overshoot = 40
/** Turn radius of a backward wire. */
const turn = 46

export const snap = ({ x, y }: Point): Point => ({ x: Math.round(x / grid) * grid, y: Math.round(y / grid) * grid })

/** Height of a node with so many ports on its fuller side: each has 24 pixels at the smallest zoom at which ports are active. */
export const heightFor = (ports: number): number => (nodeSize.height / 2) * Math.max(2, ports)
/** Height of the i-th port: ports divide a side of the node evenly and are centred in their part. */
export const portOffset = (index: number, count: number, height = heightFor(count)): number =>
  portRoom(count, height) * (index + 0.5)
/** Height available to each port. */
export const portRoom = (count: number, height = heightFor(count)): number => height / count

export const overlaps = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

export const contains = (outer: Rect, inner: Rect): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height

export const inside = (point: Point, rect: Rect): boolean =>
  point.x > rect.x && point.x < rect.x + rect.width && point.y > rect.y && point.y < rect.y + rect.height

/** Distance of a point to a wire. */
export function distanceTo({ points }: WirePath, { x, y }: Point): number {
  return points.reduce((nearest, to, i) => {
    const from = points[i - 1] ?? to
    const [dx, dy] = [to.x - from.x, to.y - from.y]
    const share = ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy || 1)
    const t = Math.max(0, Math.min(1, share))
    return Math.min(nearest, Math.hypot(x - from.x - t * dx, y - from.y - t * dy))
  }, Infinity)
}

/** Bounding box of all rectangles; an empty one at the origin if there are none. */
export function boundsOf(rects: Iterable<Rect>): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const { x, y, width, height } of rects) {
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x + width)
    bottom = Math.max(bottom, y + height)
  }
  return left > right ? { x: 0, y: 0, width: 0, height: 0 } : { x: left, y: top, width: right - left, height: bottom - top }
}

type Cubic = readonly [Point, Point, Point, Point]

function pointOn([a, b, c, d]: Cubic, t: number): Point {
  const s = 1 - t
  const mix = (k: 'x' | 'y') => s * s * s * a[k] + 3 * s * s * t * b[k] + 3 * s * t * t * c[k] + t * t * t * d[k]
  return { x: mix('x'), y: mix('y') }
}

/** A path of cubic Bézier segments that starts and ends horizontally. */
function through(pieces: readonly Cubic[]): WirePath {
  const first = pieces[0]?.[0] ?? { x: 0, y: 0 }
  const round = (point: Point) => `${Math.round(point.x * 10) / 10} ${Math.round(point.y * 10) / 10}`
  return {
    d: `M${round(first)}` + pieces.map(([, b, c, d]) => `C${round(b)} ${round(c)} ${round(d)}`).join(''),
    points: pieces.flatMap((piece) => Array.from({ length: 13 }, (_, i) => pointOn(piece, i / 12))),
  }
}

/** A curve between two points with horizontal tangents at both. */
function sway(from: Point, to: Point, reach = Math.max(24, Math.abs(to.x - from.x) / 2)): Cubic {
  return [from, { x: from.x + reach, y: from.y }, { x: to.x - reach, y: to.y }, to]
}

/** Height of a backward wire's lane: between the two nodes, or below both if they are side by side. */
function laneBetween(source: Rect, target: Rect): number {
  const [upper, lower] = source.y <= target.y ? [source, target] : [target, source]
  const gap = lower.y - (upper.y + upper.height)
  return gap >= clearance ? upper.y + upper.height + gap / 2 : lower.y + lower.height + 2 * clearance
}

/** A wire to the left: out to the right, back along the lane, and in from the left. */
function backwards(from: Point, to: Point, lane: number): WirePath {
  const right = { x: from.x, y: lane }
  const left = { x: to.x, y: lane }
  return through([
    [from, { x: from.x + turn, y: from.y }, { x: from.x + turn, y: lane }, right],
    [right, { x: (2 * right.x + left.x) / 3, y: lane }, { x: (right.x + 2 * left.x) / 3, y: lane }, left],
    [left, { x: to.x - turn, y: lane }, { x: to.x - turn, y: to.y }, to],
  ])
}

/** A detour above or below the blocks between the ends, whichever is nearer. */
function around(from: Point, to: Point, blocks: readonly Rect[]): WirePath {
  const above = Math.min(...blocks.map((block) => block.y)) - clearance
  const below = Math.max(...blocks.map((block) => block.y + block.height)) + clearance
  const middle = (from.y + to.y) / 2
  const lane = Math.abs(above - middle) <= Math.abs(below - middle) ? above : below
  const first = Math.min(...blocks.map((block) => block.x))
  const last = Math.max(...blocks.map((block) => block.x + block.width))
  const up = { x: Math.max(from.x + 16, first), y: lane }
  const down = { x: Math.max(up.x, Math.min(to.x - 16, last)), y: lane }
  return through([sway(from, up), sway(up, down, (down.x - up.x) / 3), sway(down, to)])
}

export interface WireEnd {
  readonly node: Rect
  /** Height of the port within the node. */
  readonly offset: number
}

/** Start, end and the band between them; the band is null if the wire must run backwards. */
function spanOf(source: WireEnd, target: WireEnd): { from: Point; to: Point; band: Rect | null } {
  const from = { x: source.node.x + source.node.width, y: source.node.y + source.offset }
  const to = { x: target.node.x, y: target.node.y + target.offset }
  const band = { x: from.x, y: Math.min(from.y, to.y) - 1, width: to.x - from.x, height: Math.abs(to.y - from.y) + 2 }
  return { from, to, band: band.width < 8 ? null : band }
}

/** Area whose nodes can affect the path: the band between the ends plus the possible extent of a detour. */
export function reachOf(source: WireEnd, target: WireEnd): Rect | null {
  const { band } = spanOf(source, target)
  const around = nodeSize.height + 2 * clearance
  return (
    band && {
      x: band.x - overshoot,
      y: band.y - around,
      width: band.width + 2 * overshoot,
      height: band.height + 2 * around,
    }
  )
}

/**
 * Path from an output to an input. `others` are the nodes to avoid: at least those within reach, except the two connected ones. Tries one
 * detour and one that also avoids the nodes it hits; the latter is used even if it crosses nodes.
 */
export function routeWire(source: WireEnd, target: WireEnd, others: readonly Rect[]): WirePath {
  const { from, to, band } = spanOf(source, target)
  if (!band) return backwards(from, to, laneBetween(source.node, target.node))
  const direct = through([sway(from, to)])
  const near = others.filter((node) => overlaps(node, band))
  const crossed = near.filter((node) => direct.points.some((point) => inside(point, node)))
  if (crossed.length === 0) return direct
  // The detour must also avoid the nodes it would hit itself.
  const detour = around(from, to, crossed)
  const met = others.filter((node) => !crossed.includes(node) && detour.points.some((point) => inside(point, node)))
  return met.length === 0 ? detour : around(from, to, [...crossed, ...met])
}
