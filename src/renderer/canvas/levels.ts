/** Semantic zoom: what a block shows at each zoom, and the scale that keeps text and lines at constant screen size. */

/** Everything; name and picture; name only; colour and symbol of the family only. */
export type Shows = 'all' | 'picture' | 'name' | 'colour'

export interface Level {
  /** Minimum zoom of the level. */
  readonly from: number
  readonly shows: Shows
  /** Canvas units per screen pixel at that zoom; at zoom 1 and above, sizes grow with the zoom. */
  readonly unit: number
}

const level = (from: number, shows: Shows): Level => ({ from, shows, unit: 1 / Math.min(1, from) })

/** From this zoom on, wire labels have room for the batch and token sizes too. */
export const closeUp = 1.3

/** From near to far. Text size changes only between levels, so that text is not laid out again in every frame of a zoom. */
export const levels: readonly Level[] = [
  level(closeUp, 'all'),
  level(1, 'all'),
  level(0.9, 'all'),
  level(0.7, 'picture'),
  level(0.52, 'picture'),
  level(0.4, 'name'),
]
const farthest: Level = { from: 0, shows: 'colour', unit: 1 / 0.4 }

/** Zoom values carry rounding errors: 0.9 computed by a sum may be 0.8999…. */
const tolerance = 1e-6

export const levelAt = (zoom: number): Level => levels.find(({ from }) => zoom >= from - tolerance) ?? farthest

/** Blocks of this level have pictures and active ports. */
export const isDetailed = ({ shows }: Level): boolean => shows === 'all' || shows === 'picture'

/** Minimum zoom at which a lab opens. */
export const openingZoom = 0.9
