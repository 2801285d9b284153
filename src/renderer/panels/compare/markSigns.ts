/** Signs of what became of a block, besides its colour. */
import type { NodeMark } from '@core/graph/diff'

export const markSigns: Readonly<Record<NodeMark, string>> = { removed: '−', changed: '~', added: '+' }
