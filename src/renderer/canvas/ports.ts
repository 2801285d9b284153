/** The ports of an opened group as two canvas nodes beside its blocks: inputs on the left, outputs on the right. */
import { outside } from '@core/graph/edit'
import type { LabDocument, PortRef } from '@core/lab/document'
import { portsOf, type Side } from './connections'
import { heightFor, nodeSize, type Point } from './geometry'

/** Document ids contain no dot, so these cannot collide. */
export const entrance = '.in'
export const exit = '.out'
const portsWidth = 72
const gap = 72

export const isPorts = (id: string): boolean => id === entrance || id === exit

/** Document node of a wire end. */
export const nodeOf = (id: string): string => (isPorts(id) ? outside : id)
/** Canvas node of a wire end: a wire from outside starts at the entrance. */
export const canvasNode = ({ node }: PortRef, side: Side): string =>
  node !== outside ? node : side === 'out' ? entrance : exit

/** Left and right of all blocks, centred vertically. */
export function portPlaces(positions: readonly Point[]): Readonly<Record<string, Point>> {
  const xs = positions.length > 0 ? positions.map(({ x }) => x) : [0]
  const ys = positions.length > 0 ? positions.map(({ y }) => y) : [0]
  const y = (Math.min(...ys) + Math.max(...ys)) / 2
  return {
    [entrance]: { x: Math.min(...xs) - gap - portsWidth, y },
    [exit]: { x: Math.max(...xs) + nodeSize.width + gap, y },
  }
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** Size of a canvas node: as high as its ports need. */
export function sizeIn(document: LabDocument | null, id: string): Size {
  if (!document) return nodeSize
  const count = (side: Side): number => portsOf(document, nodeOf(id), side).length
  return isPorts(id)
    ? { width: portsWidth, height: heightFor(count(id === entrance ? 'out' : 'in')) }
    : { width: nodeSize.width, height: heightFor(Math.max(count('in'), count('out'))) }
}
