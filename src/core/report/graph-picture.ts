/** A graph as an SVG picture: blocks with their names, wires, and marks of what differs from another graph. */
import { blockByKind } from '../blocks'
import { wireKey, type Marks, type NodeMark } from '../graph/diff'
import type { Graph, GraphNode } from '../lab/document'
import { escaped, markup, Markup } from '../markup'

/** The size of a block on the canvas, whose units positions are in. */
const block = { width: 124, height: 94 } as const
/** Room around the blocks for wires that go back or pass by. */
const margin = 40
/** Signs of removed, added and changed blocks, besides their colours. */
export const markSigns: Readonly<Record<NodeMark, string>> = { removed: '−', changed: '~', added: '+' }
const markColours: Readonly<Record<NodeMark, string>> = { removed: '#c02323', changed: '#2457d6', added: '#2b7a3a' }
/** Of the families of blocks, as on a light canvas. */
const familyColours: Readonly<Record<string, string>> = {
  ...{ input: '#a272f4', position: '#74917e', attention: '#d7720d', norm: '#15251d', 'feed-forward': '#390552' },
  ...{ shape: '#605768', output: '#2500e8', recurrent: '#863b08' },
}

export interface GraphPictureOptions {
  /** For people who cannot see it. */
  readonly name: string
  readonly nameOf: (node: GraphNode) => string
  readonly marks: Marks | null
  /** What became of the wires that are marked. */
  readonly wireMark: 'removed' | 'added'
}

export function graphPicture(graph: Graph, { name, nameOf, marks, wireMark }: GraphPictureOptions): Markup {
  const places = new Map(graph.nodes.map(({ id, position }) => [id, position]))
  const xs = graph.nodes.map(({ position }) => position.x)
  const ys = graph.nodes.map(({ position }) => position.y)
  const [left, top] = [Math.min(0, ...xs) - margin, Math.min(0, ...ys) - margin]
  const width = Math.max(block.width, ...xs.map((x) => x + block.width)) + margin - left
  const height = Math.max(block.height, ...ys.map((y) => y + block.height)) + margin - top
  const wires = graph.edges.flatMap((edge) => {
    const [from, to] = [places.get(edge.from.node), places.get(edge.to.node)]
    if (!from || !to) return []
    const marked = marks?.wires.has(wireKey(edge)) === true
    const colour = marked ? markColours[wireMark] : '#a9a599'
    const dash = marked && wireMark === 'removed' ? '12 8' : 'none'
    return [
      markup`<path d="${pathOf(from, to)}" fill="none" stroke="${colour}" stroke-width="${marked ? 5 : 3}" stroke-dasharray="${dash}"/>`,
    ]
  })
  const blocks = graph.nodes.map((node) => blockAt(node, nameOf(node), marks?.nodes.get(node.id)))
  // At half the size of the canvas, but never wider than a page.
  const shown = Math.min(1030, width / 2)
  return new Markup(
    `<svg viewBox="${left} ${top} ${width} ${height}" width="${shown}" height="${(shown * height) / width}" role="img" aria-label="${escaped(name)}">` +
      markup`<title>${name}</title>${wires}${blocks}`.text +
      '</svg>',
  )
}

function blockAt({ kind, position: { x, y } }: GraphNode, name: string, mark: NodeMark | undefined): Markup {
  const family = familyColours[blockByKind(kind)?.family ?? ''] ?? '#545a68'
  const [colour, line] = mark ? [markColours[mark], 5] : ['#cbc7bb', 2]
  const dash = mark === 'removed' ? '10 7' : 'none'
  const { width, height } = block
  return markup`<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="12" fill="#fff" stroke="${colour}" stroke-width="${line}" stroke-dasharray="${dash}"/><rect x="${x + 8}" y="${y + 8}" width="${width - 16}" height="6" rx="3" fill="${family}"/><foreignObject x="${x + 6}" y="${y + 18}" width="${width - 12}" height="${height - 24}"><div xmlns="http://www.w3.org/1999/xhtml" class="block">${name}</div></foreignObject>${mark ? signAt(x + width - 4, y + 4, mark) : null}`
}

const signAt = (x: number, y: number, mark: NodeMark): Markup =>
  markup`<circle cx="${x}" cy="${y}" r="15" fill="#fff" stroke="${markColours[mark]}" stroke-width="3"/><text x="${x}" y="${y + 8}" text-anchor="middle" font-size="24" font-weight="700" fill="#1e2127">${markSigns[mark]}</text>`

interface Point {
  readonly x: number
  readonly y: number
}

/** From the right side of a block to the left side of another: a curve, over what stands between them in the same row, or back around them. */
function pathOf(from: Point, to: Point): string {
  const [x1, y1] = [from.x + block.width, from.y + block.height / 2]
  const [x2, y2] = [to.x, to.y + block.height / 2]
  const distance = x2 - x1
  if (distance > 0 && (distance < block.width || Math.abs(y2 - y1) > block.height)) {
    const bend = Math.max(20, distance / 2)
    return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
  }
  // Over the row if there is something to pass, otherwise between the rows.
  const isRow = Math.abs(y2 - y1) <= block.height
  const middle = isRow ? Math.min(from.y, to.y) - 16 : y2 > y1 ? to.y - 16 : from.y - 16
  const [out, back] = [x1 + 16, x2 - 16]
  const turn = (sign: number): number => 12 * sign
  const [first, second, across] = [Math.sign(middle - y1), Math.sign(y2 - middle), Math.sign(back - out) || 1]
  return [
    `M${x1} ${y1}`,
    `Q${out} ${y1} ${out} ${y1 + turn(first)}`,
    `V${middle - turn(first)}`,
    `Q${out} ${middle} ${out + turn(across)} ${middle}`,
    `H${back - turn(across)}`,
    `Q${back} ${middle} ${back} ${middle + turn(second)}`,
    `V${y2 - turn(second)}`,
    `Q${back} ${y2} ${x2} ${y2}`,
  ].join('')
}
