import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvRecords, tsvRecords, type TableRecord } from './csv'

const read = (text: string, separator = ','): TableRecord[] => [...csvRecords(text, separator)]
const cells = (text: string, separator = ','): (readonly string[])[] => read(text, separator).map((record) => record.cells)

describe('csvRecords', () => {
  it.each([
    [
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a,b\r\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a,b\rc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a,,\n,,',
      [
        ['a', '', ''],
        ['', '', ''],
      ],
    ],
    [
      '"a,b","c""d"\n"e\r\nf",g',
      [
        ['a,b', 'c"d'],
        ['e\r\nf', 'g'],
      ],
    ],
    ['"",""', [['', '']]],
    ['say "hi",b', [['say "hi"', 'b']]],
    ['a\n\n\nb', [['a'], ['b']]],
    ['""\na', [['a']]],
    ['', []],
    ['\n\n', []],
    [' a , b ', [[' a ', ' b ']]],
  ])('reads %j', (text, expected) => {
    expect(cells(text)).toEqual(expected)
  })

  it('accepts other separators, with commas as plain text', () => {
    expect(cells('a,b;c\n"d;e";f', ';')).toEqual([
      ['a,b', 'c'],
      ['d;e', 'f'],
    ])
  })

  it('gives the first line of each record, counting line breaks in cells and empty lines', () => {
    expect(read('a\n\n"b\r\nb\rb"\nc\r\n\r\nd').map(({ line }) => line)).toEqual([1, 3, 6, 8])
  })

  it.each([
    ['a,b\nc,"d\ne', 'Line 2: the quotation mark that opens a cell is never closed'],
    ['"a', 'Line 1: the quotation mark that opens'],
    ['a\n"b"c,d', 'Line 2: there is text after a closing quotation mark'],
    ['a\n"b\n" ,d', 'Line 3: there is text after a closing quotation mark'],
  ])('refuses %j with the line number', (text, sentence) => {
    expect(() => read(text)).toThrow(sentence)
  })

  it('reads any valid table, with the first line of each record', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', '字', ';'), maxLength: 6 })
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 6 })
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), fc.boolean(), (rows, end, always) => {
        const write = (text: string): string => (always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
        const records = rows.map((row) => row.map(write).join(','))
        expect(cells(records.join(end))).toEqual(rows)
        const lines = records.map(
          (_, index) =>
            records
              .slice(0, index)
              .join(end)
              .split(/\r\n|\r|\n/).length + (index > 0 ? 1 : 0),
        )
        expect(read(records.join(end)).map(({ line }) => line)).toEqual(lines)
      }),
      { numRuns: 500 },
    )
  })

  it('reads any text, or fails with an existing line number', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r'), maxLength: 30 })
    fc.assert(
      fc.property(text, (any) => {
        try {
          read(any)
        } catch (error) {
          const { params } = error as { params: { line: number } }
          expect(params.line).toBeGreaterThanOrEqual(1)
          expect(params.line).toBeLessThanOrEqual(any.split(/\r\n|\r|\n/).length)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('tsvRecords', () => {
  it('has no quoting', () => {
    expect([...tsvRecords('a\t"b\r\n\r\n"c"\t')]).toEqual([
      { line: 1, cells: ['a', '"b'] },
      { line: 3, cells: ['"c"', ''] },
    ])
  })
})
