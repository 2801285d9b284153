/** Names of blocks in tables of layers: as on the canvas, those of blocks elsewhere with their groups. */
import { useBlockNames } from './blockNames'
import { useScope } from '../stores/scope'

export function useLayerNames(): (block: string) => string {
  const { title, shortTitle } = useBlockNames()
  const scope = useScope()
  // Inside a group, a name without groups could be that of a block there.
  return (block) => (scope.path.length === 0 || block.includes('.') ? shortTitle(block) : title(block))
}
