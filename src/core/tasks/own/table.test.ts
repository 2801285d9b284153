/** Tables that could block the reader, or contain text in different Unicode normalisations. */
import { expect, it, vi } from 'vitest'
import { createTask, previewTask } from '..'

it.each(['own-classification', 'own-labels', 'own-pairs'])('%s does not parse deeply nested rows', (kind) => {
  const parse = vi.spyOn(JSON, 'parse')
  for (const data of ['['.repeat(2_000_000), `${'{"a":'.repeat(400_000)}1`]) {
    for (const read of [createTask, previewTask]) {
      expect(() => read({ kind, params: {} }, data)).toThrow(
        expect.objectContaining({ code: 'table.not-json', params: { line: 1, detail: 'more than 100 levels' } }),
      )
    }
  }
  expect(parse).not.toHaveBeenCalled()
  parse.mockRestore()
})

it.each([
  ['own-classification', 'text,label'],
  ['own-labels', 'text,labels'],
])('%s treats labels as equal if their accents are encoded differently', (kind, header) => {
  const rows = Array.from({ length: 20 }, (_, i) => `text ${i},${['caf\u00e9', 'cafe\u0301', 'tea'][i % 3]}`)
  expect(createTask({ kind, params: {} }, [header, ...rows].join('\n')).spec.classes).toEqual(['caf\u00e9', 'tea'])
})

it.each([
  ['commas', '"one; of; many","label"', ','],
  ['semicolons', '"one, of, many";"label"', ';'],
  ['tabs', '"one, of; many"\tlabel', '\t'],
])('ignores separators inside a quoted header: %s', (_, header, sign) => {
  const rows = Array.from({ length: 12 }, (__, i) => `a text ${i}${sign}${i % 2 ? 'good' : 'bad'}`)
  const { columns } = previewTask({ kind: 'own-classification', params: {} }, [header, ...rows].join('\n'))!
  expect(columns).toHaveLength(2)
  expect(columns[1]).toBe('label')
})
