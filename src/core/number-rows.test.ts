import { expect, test } from 'vitest'
import { readRows, writeRows } from './number-rows'
import { stream } from './random/stream'

test('a matrix is written and read again, bit for bit', () => {
  const data = new Float32Array(60)
  stream(1, 'rows').fillNormal(data, 0, 1e-3)
  data.set([0.1, -2, 1e30, 1.17549435e-38, 0, 1 / 3])
  const texts = writeRows(data, 12)
  expect(texts[0]).toMatch(/^0\.1 -2 1e\+30 1\.1754944e-38 0 0\.33333334 /)
  expect(readRows(texts, 5, 12)).toEqual(data)
})

test.each<[string, readonly string[]]>([
  ['too few rows', ['1 2 3']],
  ['a short row', ['1 2 3', '4 5']],
  ['a word that is no number', ['1 2 3', '4 5 x']],
  ['infinity', ['1 2 3', '4 5 1e99']],
  ['an empty row', ['1 2 3', '']],
])('%s is no matrix', (_, texts) => {
  expect(readRows(texts, 2, 3)).toBeNull()
})
