/**
 * How pretrained tokenisers cut a text into the pieces within which tokens are merged. Only these known patterns, never one from a file:
 * a stranger's regular expression can take forever.
 */

/** White space as Unicode defines it; \s of JavaScript has U+FEFF and lacks U+0085. */
const S = String.raw`\p{White_Space}`
const letters = String.raw`\p{L}`
const digits = String.raw`\p{N}`
/** English contractions in any case, ſ being an s. */
const contractions = String.raw`'(?:[sSſ]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])`
const afterGpt2 = (numbers: string): string =>
  String.raw`${contractions}|[^\r\n${letters}${digits}]?${letters}+|${digits}${numbers}| ?[^${S}${letters}${digits}]+[\r\n]*|${S}*[\r\n]+|${S}+(?![^${S}])|${S}+`

const sources = {
  /** GPT-2 (Radford et al. 2019): words and numbers with their preceding space, English contractions. */
  gpt2: String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?${letters}+| ?${digits}+| ?[^${S}${letters}${digits}]+|${S}+(?![^${S}])|${S}+`,
  /** Llama 3: numbers of at most three digits. */
  llama3: afterGpt2('{1,3}'),
  /** Qwen 2: single digits. */
  qwen2: afterGpt2(''),
  /** Every digit by itself. */
  digits,
} as const

export type Cut = keyof typeof sources
export const cutNames = Object.keys(sources) as Cut[]

/** The same patterns as files of tokenisers write them; `digits` is a step of its own there. */
export const writtenCuts: Readonly<Record<Exclude<Cut, 'digits'>, string>> = {
  gpt2: String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  llama3: String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  qwen2: String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
}

/** Cuts by one pattern after another. Concatenated, the pieces are the text: what matches is a piece, and what lies between. */
export function cutText(text: string, cuts: readonly Cut[]): string[] {
  let pieces = text === '' ? [] : [text]
  for (const cut of cuts) {
    const pattern = new RegExp(sources[cut], 'gu')
    pieces = pieces.flatMap((piece) => {
      const parts: string[] = []
      let end = 0
      for (const match of piece.matchAll(pattern)) {
        if (match.index > end) parts.push(piece.slice(end, match.index))
        parts.push(match[0])
        end = match.index + match[0].length
      }
      if (end < piece.length) parts.push(piece.slice(end))
      return parts
    })
  }
  return pieces
}
