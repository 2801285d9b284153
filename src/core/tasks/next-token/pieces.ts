/** A text in pieces: words with the space before them, signs, Chinese characters, and what is left of the white space. */

/**
 * As GPT-2's (Radford et al. 2019), but with one piece for each Chinese character, as their words are not told apart by spaces, and no word
 * longer than 64: each merge of byte pairs costs the length of the pieces it is in, and what is longer is no word.
 */
const PIECE =
  / ?[\p{Script=Han}]| ?(?:(?!\p{Script=Han})[\p{L}\p{M}\p{N}]){1,64}(?:['’](?:(?!\p{Script=Han})\p{L})+)?| ?[^\s\p{L}\p{M}\p{N}]|\s/gu

/** Put together again, the pieces are the text. */
export function* piecesOf(text: string): Generator<string> {
  for (const [piece] of text.matchAll(PIECE)) yield piece
}

/** Where the last tenth of a text begins: at the first white space from there on, or there if none follows. */
export function lastTenth(text: string): number {
  const start = Math.floor(text.length * 0.9)
  const space = text.slice(start).search(/\s/)
  return space < 0 ? start : start + space
}
