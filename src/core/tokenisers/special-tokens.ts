/** Special tokens of pretrained models: found as a whole in a text before anything else, and added around it. */
import { z } from 'zod'

const id = z.number().int().nonnegative()

export const specialTokenFields = {
  /** Tokens that are found in texts as they are; whether they take the white space before and behind them. */
  found: z.array(z.object({ id, text: z.string().min(1), left: z.boolean(), right: z.boolean() })).readonly(),
  /** Added before and behind every text. */
  before: z.array(id).readonly(),
  after: z.array(id).readonly(),
}

export interface SpecialTokens {
  readonly found: readonly { readonly id: number; readonly text: string; readonly left: boolean; readonly right: boolean }[]
  readonly before: readonly number[]
  readonly after: readonly number[]
}

/** A part of a text: a special token, or text between them, which begins at an index. */
export type Part = { readonly token: number } | { readonly text: string; readonly start: number }

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, (sign) => `\\${sign}`)

/** Splits texts at the special tokens: the leftmost first, the longest of several. */
export function createPartsOf({ found }: SpecialTokens): (text: string) => Part[] {
  if (found.length === 0) return (text) => (text === '' ? [] : [{ text, start: 0 }])
  const longestFirst = found.toSorted((a, b) => b.text.length - a.text.length)
  const byText = new Map(found.map((token) => [token.text, token]))
  const pattern = new RegExp(longestFirst.map(({ text }) => escaped(text)).join('|'), 'gu')
  return (text) => {
    const parts: Part[] = []
    let end = 0
    for (const match of text.matchAll(pattern)) {
      if (match.index < end) continue // taken as white space beside the one before
      const token = byText.get(match[0])!
      const between = text.slice(end, match.index)
      const kept = token.left ? between.replace(/\p{White_Space}+$/u, '') : between
      if (kept !== '') parts.push({ text: kept, start: end })
      parts.push({ token: token.id })
      end = match.index + match[0].length
      if (token.right) end += /^\p{White_Space}*/u.exec(text.slice(end))![0].length
    }
    if (end < text.length) parts.push({ text: text.slice(end), start: end })
    return parts
  }
}

/** Without what is added around every text, unless nothing would be left. */
export function withoutAdded(ids: readonly number[], { before, after }: SpecialTokens): readonly number[] {
  const starts = before.length > 0 && before.every((token, at) => ids[at] === token)
  const begun = starts ? ids.slice(before.length) : ids
  const rest = begun.length - after.length
  const ends = after.length > 0 && rest >= 0 && after.every((token, at) => begun[rest + at] === token)
  const bare = ends ? begun.slice(0, rest) : begun
  return bare.length > 0 ? bare : ids
}
