/** What the palette offers, by name: a kind of block as it is, a group as `group:name`. */
import { groupKind } from '@core/graph/groups'

export const groupItem = (group: string): string => `${groupKind}:${group}`

export const groupOfItem = (item: string): string | null =>
  item.startsWith(`${groupKind}:`) ? item.slice(groupKind.length + 1) : null
