/** Lines numbered from 1, ending in LF, CR LF or CR. */
export interface Line {
  readonly line: number
  readonly text: string
}

export function* linesOf(text: string): Generator<Line> {
  let line = 1
  for (const [row] of text.matchAll(/[^\r\n]*(?:\r\n|\r|\n|$)/g)) {
    yield { line, text: row.replace(/[\r\n]+$/, '') }
    line++
  }
}
