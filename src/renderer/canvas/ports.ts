/** The ports of an opened group as two nodes of the canvas, beside what is inside: what comes in on the left, what goes out on the right. */
import { outside } from '@core/graph/edit'
import type { PortRef } from '@core/lab/document'
import type { Side } from './connections'
import { nodeSize, type Point, type Rect } from './geometry'

/** No id of a document has a dot. */
export const entrance = '.in'
export const exit = '.out'
export const portsSize = { width: 72, height: nodeSize.height } as const
const gap = 72

export const isPorts = (id: string): boolean => id === entrance || id === exit

/** The node of a wire's end as the document knows it. */
export const nodeOf = (id: string): string => (isPorts(id) ? outside : id)
/** And as the canvas does: what comes from outside leaves the entrance. */
export const canvasNode = ({ node }: PortRef, side: Side): string =>
  node !== outside ? node : side === 'out' ? entrance : exit

/** Left and right of all blocks, in the middle of their height. */
export function portPlaces(positions: readonly Point[]): Readonly<Record<string, Point>> {
  const xs = positions.length > 0 ? positions.map(({ x }) => x) : [0]
  const ys = positions.length > 0 ? positions.map(({ y }) => y) : [0]
  const y = (Math.min(...ys) + Math.max(...ys)) / 2
  return {
    [entrance]: { x: Math.min(...xs) - gap - portsSize.width, y },
    [exit]: { x: Math.max(...xs) + nodeSize.width + gap, y },
  }
}

export const rectOf = (id: string, { x, y }: Point): Rect => ({ x, y, ...(isPorts(id) ? portsSize : nodeSize) })
