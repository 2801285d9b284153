/** A text table whose columns are as wide as their widest entry. */
import { largest } from '@core/collections'

/** Lines without trailing spaces; the first row contains the headings. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [headings, ...rows]
  const widths = headings.map((_, column) => largest(all.map((row) => width(row[column] ?? ''))))
  return all.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(widths[column]! - width(cell) + 2))
      .join('')
      .trimEnd(),
  )
}

/** Width of a text on a terminal: two columns for each Chinese character. */
export function width(text: string): number {
  return text.length + (text.match(/[\u2e80-\uffef]/g) ?? []).length
}
