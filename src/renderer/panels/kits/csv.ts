/** Marks as a table for a spreadsheet. */
import type { GradedFile } from '@core/contract/kits'
import type { Problem } from '@core/errors'
import { csvOf } from '../../charts/save'

/** A row for each submission: file, pupil, total, whether it is late, and the points of each item. Begins with a byte order mark for Excel. */
export function marksCsv(files: readonly GradedFile[], sentence: (problem: Problem) => string): string {
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
  return `\ufeff${csvOf([['file', 'pupil', 'points', 'of', 'open', 'late', ...items], ...rows])}`
}
