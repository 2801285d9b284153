/** The end of a text that is held out. */

/** Where the last tenth of a text begins: at the first white space from there on, or there if none follows. */
export function lastTenth(text: string): number {
  const start = Math.floor(text.length * 0.9)
  const space = text.slice(start).search(/\s/)
  return space < 0 ? start : start + space
}
