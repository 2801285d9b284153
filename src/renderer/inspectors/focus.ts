/** What is pointed at inside the selected block: kept while one changes tabs or samples. */
export interface Focus {
  readonly head: number
  /** Query, or the token looked at. */
  readonly row: number
  /** Key. */
  readonly column: number
}
export const startFocus: Focus = { head: 0, row: 0, column: 0 }
