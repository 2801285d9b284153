/** A text in pieces: words with the space before them, signs, Chinese characters, and what is left of the white space. And together again. */

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

/** Words, signs and Chinese characters without the space before them. */
export const wordsOf = (text: string): string[] =>
  Array.from(piecesOf(text), (piece) => piece.trim()).filter((piece) => piece !== '')

/** Characters that no space is put beside: Chinese ones, and their signs. */
const UNSPACED = /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u

/** Words with spaces between them, but none beside Chinese ones. */
export function joinWords(words: readonly string[]): string {
  return words.reduce((text, word, index) => {
    const together = index === 0 || UNSPACED.test(word.slice(0, 1)) || UNSPACED.test(text.slice(-1))
    return text + (together ? '' : ' ') + word
  }, '')
}
