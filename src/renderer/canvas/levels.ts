/** Semantic zoom: what a block shows at a zoom, and how large in canvas units what keeps its size on screen has to be there. */

/** Everything; name and picture; the name; the family's colour and sign. */
export type Shows = 'all' | 'picture' | 'name' | 'colour'

export interface Level {
  /** The smallest zoom of the level. */
  readonly from: number
  readonly shows: Shows
  /** Canvas units of one pixel on screen at that zoom; from 1 on, things grow with the zoom. */
  readonly unit: number
}

const level = (from: number, shows: Shows): Level => ({ from, shows, unit: 1 / Math.min(1, from) })

/** From here on there is room on wires for the sizes of batch and token, too. */
export const closeUp = 1.3

/** From near to far. There is one for each size of text, so that texts are laid out anew a few times, not with every frame of a zoom. */
export const levels: readonly Level[] = [
  level(closeUp, 'all'),
  level(1, 'all'),
  level(0.9, 'all'),
  level(0.7, 'picture'),
  level(0.52, 'picture'),
  level(0.4, 'name'),
]
const farthest: Level = { from: 0, shows: 'colour', unit: 1 / 0.4 }

/** In canvas units a zoom is rarely exact: 0.9 set by a sum may be 0.8999…. */
const tolerance = 1e-6

export const levelAt = (zoom: number): Level => levels.find(({ from }) => zoom >= from - tolerance) ?? farthest

/** Blocks of this level have ports that can be hit and pictures. */
export const isDetailed = ({ shows }: Level): boolean => shows === 'all' || shows === 'picture'

/** A lab opens no smaller than this. */
export const openingZoom = 0.9
