/** Typical tables either load by default or require a choice of columns. All texts are invented. */
import { describe, expect, it } from 'vitest'
import type { ErrorParams } from '../../errors'
import { createTask, previewTask } from '../index'
import { readBatch } from '../read'
import type { TaskInstance } from '../types'

const describeTask = (kind: string, data: string, params: Record<string, unknown> = {}) =>
  createTask({ kind, params }, data).spec
const chosenBy = (kind: string, data: string, params: Record<string, unknown> = {}) =>
  previewTask({ kind, params }, data)?.chosen
const rowsOf = (task: TaskInstance) => readBatch(task.spec, task.evaluationBatch(0, task.spec.validation))
const noticed = (kind: string, data: string, code: string, params: Record<string, unknown> = {}): ErrorParams | undefined =>
  describeTask(kind, data, params).notices.find((notice) => notice.code === code)?.params

const texts = Array.from({ length: 60 }, (_, index) => `the day ${index} was ${['dull', 'fine', 'poor', 'warm'][index % 4]!}`)
const table = (row: (text: string, index: number) => readonly (string | number)[], separator = '\t', header?: string): string =>
  [...(header === undefined ? [] : [header]), ...texts.map((text, index) => row(text, index).join(separator))].join('\n')

describe('a table of texts and classes', () => {
  it.each([
    ['the class first, no header', table((text, index) => [index % 2, text]), { text: '#2', label: '#1' }],
    ['the class last, no header', table((text, index) => [text, index % 2]), { text: '#1', label: '#2' }],
    [
      'classes that are words, no header',
      table((text, index) => [['ham', 'spam'][index % 2]!, text]),
      { text: '#2', label: '#1' },
    ],
    [
      'ids and scores, no header',
      table((text, index) => [1000 + index, (index / 60).toFixed(2), index % 3, text], ','),
      { text: '#4', label: '#3' },
    ],
    [
      'names in a header that say nothing',
      table((text, index) => [index, index % 2, text], ',', 'nr,y,said'),
      { text: 'said', label: 'y' },
    ],
    [
      'usual names beside ids and scores',
      table((text, index) => [index, text, index % 5, index % 2], ',', 'id,review,stars,sentiment'),
      { text: 'review', label: 'sentiment' },
    ],
    ['rows sorted by class', table((text, index) => [index < 30 ? 'neg' : 'pos', text]), { text: '#2', label: '#1' }],
    ['a column that never changes', table((text, index) => ['NO_QUERY', index % 2, text]), { text: '#3', label: '#2' }],
    ['a column without contents', table((text, index) => ['', index % 2, text]), { text: '#3', label: '#2' }],
    [
      'texts in Chinese',
      table((text, index) => [index % 2, text.replace('the day', '今天的天气')]),
      { text: '#2', label: '#1' },
    ],
  ])('with %s', (_, data, chosen) => {
    expect(chosenBy('own-classification', data)).toEqual(chosen)
    const { classes, validation } = describeTask('own-classification', data)
    expect(classes.length).toBeLessThanOrEqual(3)
    expect(validation).toBe(6)
  })

  it('reports which columns were detected by their contents', () => {
    const data = table((text, index) => [index % 2, text])
    expect(noticed('own-classification', data, 'table.detected')).toEqual({ columns: 'text: #2, label: #1' })
  })

  it('requires a choice if two columns could be the class, and still shows the rows', () => {
    const data = table((text, index) => [index % 2, `source${index % 5}`, text])
    expect(() => describeTask('own-classification', data)).toThrow(expect.objectContaining({ code: 'table.choose-column' }))
    expect(previewTask({ kind: 'own-classification', params: {} }, data)).toMatchObject({
      columns: ['#1', '#2', '#3'],
      chosen: { text: '#3', label: '' },
    })
    expect(describeTask('own-classification', data, { label: '#1' }).classes).toEqual(['0', '1'])
  })

  it('requires a choice if the only other column contains no classes', () => {
    expect(() =>
      describeTask(
        'own-classification',
        table((text, index) => [text, `only ${index}`]),
      ),
    ).toThrow('“label”')
  })

  it('reads a header or none if that is set', () => {
    const data = table((text, index) => [text, index % 2], ',', 'text,label')
    expect(previewTask({ kind: 'own-classification', params: { header: 'no' } }, data)).toMatchObject({
      columns: ['#1', '#2'],
      rows: [['text', 'label'], [texts[0], '0'], [], [], []].map(() => expect.any(Array) as string[]),
    })
    const bare = table((text, index) => [index % 2, text])
    expect(previewTask({ kind: 'own-classification', params: { header: 'yes' } }, bare)?.columns).toEqual(['0', texts[0]])
  })

  it('names a column by number if its first cell is long', () => {
    const long = table((text, index) => [index % 2, `${text} `.repeat(20)])
    for (const header of ['auto', 'yes', 'no']) {
      const { columns } = previewTask({ kind: 'own-classification', params: { header } }, long)!
      expect(columns[1]).toBe('#2')
      expect(describeTask('own-classification', long, { header, text: '#2', label: columns[0] }).classes).toEqual(['0', '1'])
    }
  })

  it('skips rows with an empty cell, and reports their number and the first one', () => {
    const data = table((text, index) =>
      index === 3 ? ['', 'no'] : index === 7 ? [text, ' '] : [text, index % 2 ? 'yes' : 'no'],
    )
    expect(noticed('own-classification', data, 'table.left-out')).toEqual({ count: 2, rows: 60, line: 4 })
    const json = [...texts.map((text, index) => JSON.stringify({ text, label: index % 2 })), '{"text":"x","label":null}']
    expect(noticed('own-classification', json.join('\n'), 'table.left-out')).toEqual({ count: 1, rows: 61, line: 61 })
  })

  it.each(['\n', '\r\n'])('reads files from Excel, with line ending %j', (end) => {
    const data = table((text, index) => [text, index % 2 ? 'a,b' : 'c,d'], ';', 'sep=;\ntext;label').replaceAll('\n', end)
    expect(describeTask('own-classification', data).classes).toEqual(['a,b', 'c,d'])
    expect(() => describeTask('own-classification', `${data}${end}x`)).toThrow('Line 63')
  })

  it('detects the separator from several rows, not only the first line', () => {
    const data = table((text, index) => [index % 2, index % 3 === 0 ? `${text}, or not, or so` : text], ';')
    expect(previewTask({ kind: 'own-classification', params: {} }, data)).toMatchObject({ format: 'semicolons' })
  })

  it('sorts numeric classes by value', () => {
    const data = table((text, index) => [text, index % 12], ',', 'text,label')
    expect(describeTask('own-classification', data).classes).toEqual(Array.from({ length: 12 }, (_, index) => String(index)))
    const mixed = table((text, index) => [text, index % 12 || 'none'], ',', 'text,label')
    expect(describeTask('own-classification', mixed).classes.slice(0, 3)).toEqual(['1', '10', '11'])
  })

  it('reports how many tokens do not fit in the vocabulary', () => {
    const many = Array.from({ length: 3000 }, (_, i) => `a${i} b${i} c${i} d${i} same,${'xy'[i % 2]!}`)
    const spec = describeTask('own-classification', ['text,label', ...many].join('\n'))
    expect(spec.tokeniser.vocabulary).toHaveLength(8194) // with padding and the unknown token
    // 2,700 training texts with four unique words each, and one word shared by all.
    expect(spec.notices).toEqual([{ code: 'vocabulary.cut', params: { distinct: 10801, limit: 8192, tokens: 10801 - 8192 } }])
  })
})

describe('a table of texts and labels', () => {
  const labels = (index: number): string[] => ['joy', 'fear', 'anger'].filter((_, bit) => (index >> bit) & 1)
  it.each([
    ['semicolons', (index: number) => labels(index).join('; ')],
    ['commas', (index: number) => labels(index).join(',')],
    ['bars', (index: number) => labels(index).join('|')],
    [
      'a list as Python writes it',
      (index: number) =>
        `[${labels(index)
          .map((label) => `'${label}'`)
          .join(', ')}]`,
    ],
  ])('with ids, no header, and labels between %s', (_, write) => {
    const data = table((text, index) => [text, write(index), `id${index}`])
    expect(chosenBy('own-labels', data)).toEqual({ text: '#1', labels: '#2' })
    const task = createTask({ kind: 'own-labels', params: {} }, data)
    expect(task.spec.classes).toEqual(['anger', 'fear', 'joy'])
  })
  it('with one column of zeros and ones per label requires a choice of column', () => {
    const data = table((text, index) => [index, text, index % 2, Number(index % 3 === 0)], ',', 'id,comment_text,toxic,threat')
    expect(() => describeTask('own-labels', data)).toThrow('which column to use as “labels”')
  })
})

describe('a table of pairs', () => {
  const german = (index: number): string => `der Tag ${index} war schön`
  it.each([
    ['no header', table((text, index) => [`${text}.`, `${german(index)}.`]), { source: '#1', target: '#2' }],
    [
      'an id before each text',
      table((text, index) => [index, text, 500 + index, german(index)]),
      { source: '#2', target: '#4' },
    ],
    [
      'names of languages',
      table((text, index) => [text, german(index)], '\t', 'English\tGerman'),
      { source: 'English', target: 'German' },
    ],
  ])('with %s', (_, data, chosen) => {
    expect(chosenBy('own-pairs', data)).toEqual(chosen)
    expect(describeTask('own-pairs', data).validation).toBe(6)
  })
  it('with three texts per row requires a choice of two', () => {
    const data = table((text, index) => [text, german(index), `written by author ${index}`])
    expect(() => describeTask('own-pairs', data)).toThrow('which column to use as “source”')
    expect(describeTask('own-pairs', data, { source: '#1', target: '#2' }).validation).toBe(6)
  })
  it('with one side only explains how to join parallel files', () => {
    expect(() => describeTask('own-pairs', texts.join('\n'))).toThrow('To join two parallel files')
  })
  it('reads every pair', () => {
    const task = createTask(
      { kind: 'own-pairs', params: {} },
      table((text, index) => [text, german(index)]),
    )
    for (const { source, targets } of rowsOf(task)) {
      expect(source.slice(0, 2)).toEqual(['the', 'day'])
      expect(targets.slice(0, 2)).toEqual(['der', 'Tag'])
    }
  })
})
