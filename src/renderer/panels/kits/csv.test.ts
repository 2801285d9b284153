import { expect, it } from 'vitest'
import type { Graded } from '@core/classroom/grade'
import { marksCsv } from './csv'

const graded = (pupil: string, points: number | null): Graded => ({
  ...{ pupil, made: '2026-11-29T10:00:00.000Z', isLate: points === null, assignments: [] },
  marks: [{ item: 'one', is: 'words', points, of: 2, because: { code: 'mark.no-words', params: {} }, byHand: false }],
  total: { points: points ?? 0, of: 2, open: points === null ? 1 : 0 },
})

it('has a row for each file; names are never formulas', () => {
  const text = marksCsv(
    [
      { file: 'a.labwork', graded: graded('=HYPERLINK("x")', 2), problem: null },
      { file: 'b.labwork', graded: graded('Li, Lei', null), problem: null },
      { file: 'c.labwork', graded: null, problem: { code: 'archive.not-zip', params: {} } },
    ],
    ({ code }) => code,
  )
  expect(text.split('\r\n')).toEqual([
    '\ufefffile,pupil,points,of,open,late,one',
    `a.labwork,"'=HYPERLINK(""x"")",2,2,0,,2`,
    'b.labwork,"Li, Lei",0,2,1,late,',
    'c.labwork,archive.not-zip',
    '',
  ])
})
