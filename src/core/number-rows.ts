/** Matrices in files: one text for each row, its numbers separated by spaces, as short as float32 allows. */

/** (rows × columns), row by row. */
export function writeRows(data: Float32Array, columns: number): string[] {
  return Array.from({ length: columns > 0 ? data.length / columns : 0 }, (_, row) =>
    Array.from(data.subarray(row * columns, (row + 1) * columns), shortest).join(' '),
  )
}

/** Null unless there are `rows` rows of `columns` finite numbers. */
export function readRows(texts: readonly string[], rows: number, columns: number): Float32Array | null {
  if (texts.length !== rows) return null
  const data = new Float32Array(rows * columns)
  for (const [row, text] of texts.entries()) {
    const words = text.trim().split(/\s+/)
    if (words.length !== columns || words.includes('')) return null
    for (const [column, word] of words.entries()) {
      const number = Math.fround(Number(word))
      if (!Number.isFinite(number)) return null
      data[row * columns + column] = number
    }
  }
  return data
}

/** The fewest digits that give the same float32. */
function shortest(number: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(number.toPrecision(digits))
    if (Math.fround(text) === number) return String(text)
  }
  return String(Number(number.toPrecision(9)))
}
