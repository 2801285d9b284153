/** Splits a text into words with their preceding space, punctuation, Chinese characters and remaining white space, and joins them again. */

/**
 * Like GPT-2's pattern (Radford et al. 2019), but each Chinese character is a piece, because Chinese words are not separated by spaces, and
 * no word is longer than 64, because each BPE merge costs time proportional to the pieces that contain it.
 */
export const PIECE =
  / ?[\p{Script=Han}]| ?(?:(?!\p{Script=Han})[\p{L}\p{M}\p{N}]){1,64}(?:['’](?:(?!\p{Script=Han})\p{L})+)?| ?[^\s\p{L}\p{M}\p{N}]|\s/gu

/** Concatenated, the pieces are the text. */
export function* piecesOf(text: string): Generator<string> {
  for (const [piece] of text.matchAll(PIECE)) yield piece
}

/** Words, punctuation and Chinese characters without the preceding space. */
export const wordsOf = (text: string): string[] =>
  Array.from(piecesOf(text), (piece) => piece.trim()).filter((piece) => piece !== '')

/** Characters without spaces beside them: Chinese characters and punctuation. */
const UNSPACED = /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u

/** Joins words with spaces, but without spaces beside Chinese. */
export function joinWords(words: readonly string[]): string {
  return words.reduce((text, word, index) => {
    const together = index === 0 || UNSPACED.test(word.slice(0, 1)) || UNSPACED.test(text.slice(-1))
    return text + (together ? '' : ' ') + word
  }, '')
}
