/** Folders of texts, as tasks read them. */
import { describe, expect, it } from 'vitest'
import { encodeUtf8 } from '../../utf8'
import { createTask, joinsTexts } from '../index'
import { folderText, type FolderFile } from './folder'

const file = (path: string, text: string): FolderFile => ({ path, bytes: encodeUtf8(text) })
const reviews = Array.from({ length: 40 }, (_, i) =>
  file(`movies/train/${i % 2 ? 'pos' : 'neg'}/${i}.txt`, `film ${i} was ${i % 2 ? 'good' : 'bad'}\nreally\n`),
)

describe('a folder of texts', () => {
  it('is a table with a class for each folder', () => {
    const text = folderText([...reviews, file('movies/.DS_Store', '\0'), file('movies/train/pos/empty.txt', ' \n')], false)
    const rows = text.trimEnd().split('\n')
    expect(rows).toHaveLength(40)
    expect(JSON.parse(rows[0]!)).toEqual({ text: 'film 0 was bad\nreally', label: 'neg', file: 'movies/train/neg/0.txt' })
    const { spec } = createTask({ kind: 'own-classification', params: {} }, text)
    expect(spec.classes).toEqual(['neg', 'pos'])
    expect(spec.validation).toBe(4)
  })
  it('is a running text in the order of the names, with an empty line between documents', () => {
    const files = [
      file('b/2.txt', 'second\r\nline\n'),
      file('a.md', '\ufeff第一'),
      { path: 'c.txt', bytes: Uint8Array.of(0xc4, 0xe3, 0xba, 0xc3) },
    ]
    expect(folderText(files, true)).toBe('第一\n\nsecond\nline\n\n你好\n')
  })
  it('joins sentences of CoNLL files', () => {
    const sentences = (word: string): string => Array.from({ length: 12 }, (_, i) => `${word}${i} NOUN\nruns VERB\n`).join('\n')
    const text = folderText(
      [file('x/a.conll', sentences('cat')), file('x/b.conll', sentences('dog'))],
      joinsTexts('own-tagging'),
    )
    const { spec } = createTask({ kind: 'own-tagging', params: {} }, text)
    expect(spec.classes.toSorted()).toEqual(['NOUN', 'VERB'])
    expect(spec.validation).toBe(3) // a tenth of 24, rounded up
  })
  it('has no classes where all files are together', () => {
    expect(JSON.parse(folderText([file('1.txt', 'one')], false))).toEqual({ text: 'one', file: '1.txt' })
  })
  it.each([
    ['texts.none', [file('a/.hidden', 'x'), file('a/b.txt', '\n')]],
    ['texts.tables', [file('a.csv', 'x,y'), file('b.csv', 'x,y')]],
    ['texts.unreadable', [file('a.txt', 'x'), { path: 'b.png', bytes: Uint8Array.of(0x89, 0x50, 0, 0, 1) }]],
  ])('is refused with %s', (code, files) => {
    expect(() => folderText(files, false)).toThrow(expect.objectContaining({ code }) as Error)
  })
})

it('tasks of running text and of tagged sentences join their files', () => {
  expect(['characters', 'own-tagging', 'own-classification', 'own-pairs', 'reverse'].map(joinsTexts)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
})
