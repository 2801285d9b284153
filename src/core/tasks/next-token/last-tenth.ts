/** The validation part of a text. */

/** Start of the last tenth of a text: the first white space from there on, or exactly there if there is none. */
export function lastTenth(text: string): number {
  const start = Math.floor(text.length * 0.9)
  const space = text.slice(start).search(/\s/)
  return space < 0 ? start : start + space
}
