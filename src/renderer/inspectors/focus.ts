/** The position chosen inside the selected block; kept when switching tabs or samples. */
export interface Focus {
  readonly head: number
  /** The query, or the token shown. */
  readonly row: number
  /** The key. */
  readonly column: number
}
export const startFocus: Focus = { head: 0, row: 0, column: 0 }
