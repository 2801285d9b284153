/** Which weights of a block are not trained: as set, or because the block has adapters. */
import { isAdapter, scaleOf } from '../blocks/adapters'
import type { GraphNode } from '../lab/document'

type Settings = Pick<GraphNode, 'frozen' | 'weights' | 'params'>

/** Whether a weight stays frozen whatever is set for it alone. */
export const isFixed = ({ frozen, params }: Settings, weight: string): boolean =>
  frozen === true || (scaleOf(params) !== null && !isAdapter(weight))

export const isFrozen = (node: Settings, weight: string): boolean =>
  isFixed(node, weight) || node.weights?.[weight]?.frozen === true

/** Of all weights of a block; null if none is frozen. */
export function frozenShare(node: Settings): 'frozen' | 'partlyFrozen' | null {
  if (node.frozen) return 'frozen'
  const some = scaleOf(node.params) !== null || Object.values(node.weights ?? {}).some(({ frozen }) => frozen)
  return some ? 'partlyFrozen' : null
}
