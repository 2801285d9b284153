/** Marks as a table for a spreadsheet. */
import type { GradedFile } from '@core/contract/kits'
import type { Problem } from '@core/errors'

/** Names come from pupils: what a spreadsheet would read as a formula is preceded by an apostrophe. */
const cell = (value: string | number): string => {
  const text = typeof value === 'number' ? String(value) : value.replace(/^(?=[=+\-@\t\r])/, "'")
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A row for each submission: file, pupil, total, whether it is late, and the points of each item. Begins with a byte order mark for Excel. */
export function csvOf(files: readonly GradedFile[], sentence: (problem: Problem) => string): string {
  const items = [...new Set(files.flatMap(({ graded }) => graded?.marks.map(({ item }) => item) ?? []))]
  const rows = files.map(({ file, graded, problem }) =>
    graded
      ? [
          file,
          graded.pupil,
          graded.total.points,
          graded.total.of,
          graded.total.open,
          graded.isLate ? 'late' : '',
          ...items.map((item) => graded.marks.find((mark) => mark.item === item)?.points ?? ''),
        ]
      : [file, sentence(problem)],
  )
  return `\ufeff${[['file', 'pupil', 'points', 'of', 'open', 'late', ...items], ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}
