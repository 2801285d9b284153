/** Tasks on own data: parsing, splitting, and error messages. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText } from '../text'
import { createTask, previewTask } from '../index'
import { readBatch, type ReadSample } from '../read'
import type { TaskInstance } from '../types'

const create = (kind: string, data: string | null, params: Record<string, unknown> = {}): TaskInstance =>
  createTask({ kind, params }, data)
const sides = (task: TaskInstance): { training: ReadSample[]; validation: ReadSample[] } => ({
  training: readBatch(task.spec, task.trainBatch(1, 0, 2000)),
  validation: readBatch(task.spec, task.evaluationBatch(0, task.spec.validation)),
})
const everything = (task: TaskInstance): ReadSample[] => Object.values(sides(task)).flat()

/** Twenty distinct rows. */
const reviews = Array.from({ length: 20 }, (_, index) => [`it was number ${index} of them`, index % 2 === 0 ? 'good' : 'bad'])
const csv = (rows: readonly (readonly string[])[], header = 'text,label'): string =>
  [header, ...rows.map((row) => row.join(','))].join('\n')
const asJson = (rows: readonly (readonly string[])[]): string =>
  rows.map(([text, label]) => JSON.stringify({ text, label })).join('\n')

/** Each row has a unique word, and no training row contains the unknown token. */
const untrained = (count: number, tokens: number) => ({ code: 'vocabulary.unknown-untrained', params: { count, tokens } })

describe('own-classification', () => {
  it.each([
    ['csv', csv(reviews)],
    [
      'csv with a byte order mark and CR LF',
      decodeText(new TextEncoder().encode(`\uFEFF${csv(reviews).replaceAll('\n', '\r\n')}`)).text,
    ],
    ['semicolons', csv(reviews).replaceAll(',', ';')],
    ['tsv', csv(reviews).replaceAll(',', '\t')],
    ['jsonl', asJson(reviews)],
    [
      'columns the other way round',
      csv(
        reviews.map(([text, label]) => [label!, text!]),
        'Label,Text',
      ),
    ],
  ])('reads %s', (_, data) => {
    const task = create('own-classification', data)
    expect(task.spec).toMatchObject({ classes: ['bad', 'good'], notices: [untrained(2, 12)] })
    expect(task.spec.signature).toMatchObject({ aim: 'sequence', classes: 2, padded: true, length: 6 })
    for (const { tokens, targets } of everything(task)) {
      expect(tokens.length).toBe(6)
      const number = /number (\d+|□) of them/.exec(tokens.join(' '))![1]!
      if (number !== '□') expect(targets).toEqual([Number(number) % 2 === 0 ? 'good' : 'bad'])
    }
  })

  it('holds out a tenth of the texts, with duplicates on one side', () => {
    const repeated = [...reviews, ...reviews, ...reviews]
    const task = create('own-classification', csv(repeated))
    expect(task.spec.validation).toBe(6)
    const { training, validation } = sides(task)
    expect(validation.every(({ tokens }) => tokens.includes('□'))).toBe(true) // their numbers do not occur in training
    expect(new Set(training.map(({ tokens }) => tokens.join(' '))).size).toBe(18)
  })

  it('uses the columns that are set, and finds others by name or position', () => {
    const rows = reviews.map(([text, label], index) => [String(index), text!, label!])
    const data = csv(rows, 'id,review,stars')
    expect(previewTask({ kind: 'own-classification', params: {} }, data)?.chosen).toEqual({ text: 'review', label: 'stars' })
    expect(everything(create('own-classification', data))[0]!.tokens).toContain('number')
    const others = create('own-classification', data, { text: 'review', label: 'id' })
    expect(others.spec.tokeniser.vocabulary).toContain('number')
    expect(others.spec.classes).toHaveLength(20)
  })

  it('splits texts into words and punctuation, Chinese ones into characters, or all into characters', () => {
    const rows = Array.from({ length: 10 }, (_, index) => [`"${'很'.repeat(index + 1)}好, ok!"`, index % 2 === 0 ? 'x' : 'y'])
    const words = create('own-classification', csv(rows))
    expect(new Set(everything(words).flatMap(({ tokens }) => tokens))).toEqual(new Set(['很', '好', ',', 'ok', '!']))
    const characters = create('own-classification', csv(rows), { units: 'characters' })
    expect(new Set(everything(characters).flatMap(({ tokens }) => tokens))).toEqual(new Set('很好, ok!'))
  })

  it('truncates long texts and reports it', () => {
    const { spec } = create('own-classification', csv(reviews), { length: 4 })
    expect(spec.signature.length).toBe(4)
    expect(spec.notices).toEqual([
      { code: 'table.cut', params: { count: 20, rows: 20, limit: 4, longest: 6 } },
      untrained(2, 8),
    ])
  })

  it('maps rare words to one token, and keeps special tokens distinct from words', () => {
    const rows = Array.from({ length: 12 }, (_, index) => [`· □ word${index} often`, index % 2 === 0 ? 'x' : 'y'])
    const { vocabulary } = create('own-classification', csv(rows), { minimum: 2 }).spec.tokeniser
    expect(vocabulary).toEqual(
      ['··', '□□', 'often', '·', '□'].toSorted((a, b) => vocabulary.indexOf(a) - vocabulary.indexOf(b)),
    )
    expect(vocabulary.slice(0, 2)).toEqual(['··', '□□'])
  })

  const row = (line: string): string => `${csv(reviews)}\n${line}`
  it.each([
    ['', {}, 'The file has no rows'],
    ['text,label', {}, 'The file has no rows'],
    [row('only one'), {}, 'Line 22 does not have as many cells as the first line has columns: 1 instead of 2.'],
    [row('a,b,c'), {}, 'Line 22 does not have as many cells as the first line has columns: 3 instead of 2.'],
    [row('"open,x'), {}, 'Line 22: the quotation mark that opens a cell is never closed'],
    [csv(reviews.map(([text]) => [text!, ''])), {}, 'No row contains both an input text and a target'],
    [csv(reviews), { label: 'stars' }, 'There is no column “stars”. Choose one of the columns of the file: text, label.'],
    [csv(reviews), { text: 'label', label: 'label' }, 'The column “label” is used twice'],
    [csv(reviews, 'text,text'), {}, 'Line 1: two columns are named “text”'],
    [csv(reviews.map(([text]) => [text!, 'good'])), {}, 'All rows have the same class, “good”'],
    [csv(reviews.slice(0, 9)), {}, 'too few rows: 9 different texts, but at least 10 are needed'],
    [csv(Array.from({ length: 20 }, () => reviews[0]!).concat([reviews[1]!])), {}, 'too few rows: 2 different texts'],
    [`${asJson(reviews)}\n{"text": `, {}, 'Line 21 is not valid JSON'],
    [`${asJson(reviews)}\n[1]`, {}, 'Line 21 is valid JSON, but not an object'],
    [`${asJson(reviews)}\n{"text": {"en": "x"}, "label": "y"}`, {}, 'Line 21: “text” contains an object'],
    [asJson(reviews), { format: 'tsv' }, 'The file has one column, but two are needed'],
    [`[\n${asJson(reviews)}\n]`, {}, 'Line 1 is not valid JSON'],
    [
      csv(Array.from({ length: 1001 }, (_, i) => [`text ${i}`, `class ${i}`])),
      {},
      'There are 1001 different classes, but the limit is 1000',
    ],
  ])('refuses %j %j: %s', (data, params, sentence) => {
    expect(() => create('own-classification', data, params)).toThrow(sentence)
  })

  it('reads any text or refuses it with a message, never with another error', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b ', ',', ';', '\t', '"', '\n', '\r\n', '{', '}', ':', '[', '字'),
      maxLength: 60,
    })
    fc.assert(
      fc.property(text, fc.constantFrom('auto', 'csv', 'semicolons', 'tsv', 'jsonl'), (data, format) => {
        expect(() => create('own-classification', data, { format })).toThrow(expect.objectContaining({ name: 'LabError' }))
      }),
      { numRuns: 500 },
    )
  })
})

describe('own-labels', () => {
  const texts = Array.from({ length: 20 }, (_, index) => ({
    text: `text ${index}`,
    labels: ['a', 'b', 'c'].filter((__, bit) => (index >> bit) & 1),
  }))
  const wanted = (number: number): string[] => texts[number]!.labels
  it.each([
    ['JSON lists', texts.map((each) => JSON.stringify(each)).join('\n'), {}],
    [
      'cells with semicolons',
      csv(
        texts.map(({ text, labels }) => [text, labels.join('; ')]),
        'text,labels',
      ),
      {},
    ],
    [
      'cells with bars',
      csv(
        texts.map(({ text, labels }) => [text, labels.join('|')]),
        'text,labels',
      ),
      { separator: 'bar' },
    ],
    [
      'cells with spaces',
      csv(
        texts.map(({ text, labels }) => [text, labels.join('  ')]),
        'text,labels',
      ),
      { separator: 'space' },
    ],
  ])('reads %s, including rows without labels', (_, data, params) => {
    const task = create('own-labels', data, params)
    expect(task.spec.signature.aim).toBe('labels')
    expect(task.spec.classes).toEqual(['a', 'b', 'c'])
    const read = everything(task).filter(({ tokens }) => /^\d+$/.test(tokens[1]!))
    for (const { tokens, targets } of read) expect(targets).toEqual(wanted(Number(tokens[1])))
    expect(new Set(read.map(({ targets }) => targets.length))).toEqual(new Set([0, 1, 2, 3]))
  })
  it('refuses rows with a single label', () => {
    expect(() =>
      create(
        'own-labels',
        csv(
          reviews.map(([text]) => [text!, 'x']),
          'text,labels',
        ),
      ),
    ).toThrow('same class, “x”')
    expect(() =>
      create(
        'own-labels',
        csv(
          reviews.map(([text]) => [text!, '']),
          'text,labels',
        ),
      ),
    ).toThrow('same class')
  })
})

describe('own-tagging', () => {
  const sentence = (index: number, gap = ' '): string =>
    [`w${index}`, 'runs', '.'].map((word, at) => `${word}${gap}${'NVP'[at]!}`).join('\n')
  const file = (gap: string): string => Array.from({ length: 12 }, (_, index) => sentence(index, gap)).join('\n\n')
  it.each([
    ['spaces', file('  ')],
    ['tabs', file('\t')],
    ['CR LF and more empty lines', `\n\n${file(' ').replaceAll('\n\n', '\n \n\n')}\n\n`.replaceAll('\n', '\r\n')],
    ['comments', file(' ').replaceAll(/^w/gm, '# sent_id = 1\nw')],
  ])('reads columns between %s', (_, data) => {
    const task = create('own-tagging', data)
    expect(task.spec.signature).toMatchObject({ aim: 'tokens', length: 3 })
    expect(task.spec.classes).toEqual(['N', 'P', 'V'])
    for (const { tokens, targets } of everything(task)) {
      expect(targets).toEqual(['N', 'V', 'P'])
      expect(tokens.slice(1)).toEqual(['runs', '.'])
    }
  })
  it('reads CoNLL-U by column, without multiword tokens and empty nodes', () => {
    const data = Array.from(
      { length: 12 },
      (_, i) => `# text = x${i}\n1-2\tdu${i}\t_\t_\n1\tde\tde\tADP\n2\tle${i}\tle\tDET\n2.1\tx\tx\tX`,
    ).join('\n\n')
    const task = create('own-tagging', data, { word: 2, tag: 4 })
    expect(task.spec.classes).toEqual(['ADP', 'DET'])
    for (const { tokens, targets } of everything(task)) {
      expect(tokens[0]).toBe('de')
      expect(targets).toEqual(['ADP', 'DET'])
    }
  })
  it('keeps words that look like ids of CoNLL-U if the first column contains words', () => {
    for (const gap of ['\t', ' ']) {
      const lines = ['3.50', '2010-11', 'w'].map((word, at) => `${word}${gap}${'NVP'[at]!}`)
      const data = Array.from({ length: 12 }, (_, index) => [...lines, `x${index}${gap}N`].join('\n')).join('\n\n')
      for (const { tokens } of everything(create('own-tagging', data))) {
        expect(tokens.slice(0, 3)).toEqual(['3.50', '2010-11', 'w'])
        expect(tokens).toHaveLength(4)
      }
      expect(previewTask({ kind: 'own-tagging', params: {} }, data)?.rows.slice(0, 2)).toEqual([
        ['3.50', 'N'],
        ['2010-11', 'V'],
      ])
    }
    const full = ['1-2', '1', '2'].map((id) => [id, `w${id}`, '_', 'X', '_', '_', '0', '_', '_', '_'].join('\t')).join('\n')
    expect(previewTask({ kind: 'own-tagging', params: {} }, full)?.rows.map(([id]) => id)).toEqual(['1', '2'])
  })
  it('reads # as a word if it is tagged like others, else as the start of a comment', () => {
    const comment = ['# newdoc', '# sent_id = 1', '# two words', '#']
    const data = Array.from({ length: 12 }, (_, index) =>
      [comment[index % 4]!, `w${index} NN B-NP`, '# # B-NP', '5 CD I-NP'].join('\n'),
    ).join('\n\n')
    for (const { tokens, targets } of everything(create('own-tagging', data))) {
      expect(tokens.slice(1)).toEqual(['#', '5'])
      expect(targets).toEqual(['B-NP', 'B-NP', 'I-NP'])
    }
    expect(previewTask({ kind: 'own-tagging', params: {} }, data)?.rows.slice(0, 2)).toEqual([
      ['w0', 'NN', 'B-NP'],
      ['#', '#', 'B-NP'],
    ])
  })
  it.each([
    ['', {}, 'The file has no rows'],
    ['\n\n# nothing\n', {}, 'The file has no rows'],
    [`${file(' ')}\n\nalone`, {}, 'Line 49 has no column 2, only 1.'],
    [`${file(' ')}\n\na b`, { tag: 3 }, 'Line 1 has no column 3, only 2.'],
    [file(' ').replaceAll(/[NVP]$/gm, 'X'), {}, 'All rows have the same class, “X”'],
    [sentence(1), {}, 'too few rows: 1'],
  ])('refuses %j %j: %s', (data, params, message) => {
    expect(() => create('own-tagging', data, params)).toThrow(message)
  })
  it('skips sentences with an empty word or tag, and reports it', () => {
    const { spec } = create('own-tagging', `${file('\t')}\n\n\tN\n\nw\t\n`)
    expect(spec.notices).toEqual([{ code: 'conll.left-out', params: { count: 2, rows: 14, line: 49 } }, untrained(2, 6)])
    expect(spec.classes).toEqual(['N', 'P', 'V'])
  })

  /** A sentence of CoNLL-U with a multiword token, an empty node, and a word containing a space. */
  const treebank = Array.from({ length: 12 }, (_, index) =>
    [
      `# sent_id = ${index}`,
      `#text = du w${index} 1 000 # x`,
      '1-2\tdu\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No',
      '1\tde\tde\tADP\tP\t_\t2\tcase\t_\t_',
      '2\tle\tle\tDET\tD\t_\t3\tdet\t_\t_',
      `3\tw${index}\tw\tNOUN\tN\t_\t0\troot\t_\tSpaceAfter=No`,
      '3.1\tis\tis\tVERB\tV\t_\t_\t_\t0:exroot\t_',
      '4\t1 000\t1000\tNUM\tM\t_\t3\tnummod\t_\t_',
      '5\t#\t#\tSYM\tS\t_\t3\tdep\t_\t_',
    ].join('\n'),
  ).join('\n\n')
  it.each([
    ['by default', {}, '4', ['ADP', 'DET', 'NOUN', 'NUM', 'SYM']],
    ['with another column of tags', { word: 2, tag: 5 }, '5', ['P', 'D', 'N', 'M', 'S']],
  ])('reads the forms and tags of CoNLL-U %s', (_, params, tag, tags) => {
    for (const { tokens, targets } of everything(create('own-tagging', treebank, params))) {
      expect(tokens.toSpliced(2, 1)).toEqual(['de', 'le', '1 000', '#'])
      expect(targets).toEqual(tags)
    }
    expect(previewTask({ kind: 'own-tagging', params }, treebank)).toMatchObject({
      chosen: { word: '2', tag },
      rows: expect.arrayContaining([expect.arrayContaining(['1 000'])]) as string[][],
    })
  })
  it('requires the tag column for other files with ids, and never reads ids as words', () => {
    const data = Array.from({ length: 12 }, (_, i) => `# newdoc\n1\tthe\tO\tO\n2\tw${i}\tB-PER\tO`).join('\n\n')
    expect(() => create('own-tagging', data)).toThrow('Choose the number of the tag column')
    expect(previewTask({ kind: 'own-tagging', params: {} }, data)?.chosen).toEqual({ word: '2' })
    const task = create('own-tagging', data, { tag: 3 })
    for (const { tokens, targets } of everything(task)) {
      expect(tokens[0]).toBe('the')
      expect(targets).toEqual(['O', 'B-PER'])
    }
  })
  it('skips the document lines of CoNLL-2003', () => {
    const documents = Array.from(
      { length: 20 },
      (_, i) => `-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects${i} VBZ B-VP O\n\nGerman${i} JJ B-NP B-MISC\n`,
    )
    const task = create('own-tagging', documents.join('\n'))
    expect(task.spec).toMatchObject({ validation: 4, classes: ['B-MISC', 'B-ORG', 'O'], notices: [untrained(4, 6)] })
    expect(everything(task).some(({ tokens }) => tokens.includes('-DOCSTART-'))).toBe(false)
  })
  it('does not read a comment as a word because its number of words matches the columns', () => {
    const data = Array.from({ length: 12 }, (_, i) => `# N\nw${i}\tN\nruns\tV`).join('\n\n')
    for (const { tokens } of everything(create('own-tagging', data))) expect(tokens).toHaveLength(2)
  })
})

describe('own-pairs', () => {
  const rows = Array.from({ length: 20 }, (_, index) => [`say ${index % 3} of ${index}`, `«${index % 3}» ok`])
  const data = csv(rows, 'question\tanswer').replaceAll(',', '\t')
  it('reads source and target, and keeps special tokens distinct from their words', () => {
    const task = create('own-pairs', data)
    const { signature, tokeniser } = task.spec
    expect(signature).toMatchObject({ causal: true, source: { length: 4 }, length: 5, written: { begin: 1, end: 2 } })
    expect(tokeniser.vocabulary.slice(0, 4)).toEqual(['·', '««', '»»', '□'])
    for (const { source, tokens, targets } of everything(task)) {
      expect(targets).toEqual(['«', source[1], '»', 'ok', '»»'])
      expect(tokens).toEqual(['««', ...targets.slice(0, -1)])
    }
  })
  it('uses characters as target tokens if set, including spaces', () => {
    const task = create('own-pairs', data, { writtenUnits: 'characters' })
    for (const { source, targets } of everything(task)) expect(targets.slice(0, -1).join('')).toBe(`«${source[1]!}» ok`)
  })
  it('skips incomplete rows, and reports it', () => {
    const { spec } = create('own-pairs', `${data}\n\tx\nx\t`)
    expect(spec.notices).toEqual([{ code: 'table.left-out', params: { count: 2, rows: 22, line: 22 } }, untrained(1, 8)])
  })
  it('skips pairs with long targets instead of truncating them before their end', () => {
    const long = rows.map(([source, target], index) => [source!, index % 4 === 3 ? `${target!} and so on` : target!])
    const task = create('own-pairs', ['source\ttarget', ...long.map((row) => row.join('\t'))].join('\n'), { length: 5 })
    expect(task.spec.notices).toEqual([
      { code: 'pairs.left-out', params: { count: 5, rows: 20, line: 5, limit: 5 } },
      untrained(1, 8),
    ])
    for (const { targets } of everything(task)) expect(targets.slice(-2)).toEqual(['ok', '»»'])
    expect(() => create('own-pairs', data, { length: 3 })).toThrow('All targets are longer than 3 tokens')
  })
})

describe('the split of one’s own rows', () => {
  /** Thirty texts, each in three variants with the same tokens or the same prefix. */
  const spellings = (index: number): string[] => [
    `say n${index} again now`,
    ` say  n${index} again now `,
    `say n${index} again then`,
  ]
  const all = Array.from({ length: 30 }, (_, index) => spellings(index)).flat()
  const tables = {
    'own-classification': csv(all.map((text, index) => [text, index % 2 === 0 ? 'x' : 'y'])),
    'own-labels': csv(
      all.map((text, index) => [text, index % 2 === 0 ? 'x' : 'y']),
      'text,labels',
    ),
    'own-pairs': csv(
      all.map((text, index) => [text, `t${index}`]),
      'source,target',
    ),
    'own-tagging': all
      .map((text) =>
        text
          .trim()
          .split(/ +/)
          .map((word, at) => `${word} ${'XY'[at % 2]!}`)
          .join('\n'),
      )
      .join('\n\n'),
  }
  it.each(Object.entries(tables))('%s: an input sequence is on one side only', (kind, data) => {
    const task = create(kind, data, { length: 3 })
    // Each validation row has a word that occurs in no training row, so it is read as unknown.
    expect(task.spec.validation).toBe(9)
    const { validation } = sides(task)
    expect(validation.map(({ tokens, source }) => (source.length > 0 ? source : tokens).join(' '))).toEqual(
      Array.from({ length: 9 }, () => 'say □ again'),
    )
  })
})

describe('previewTask', () => {
  it('shows the first rows as read, and the detected columns', () => {
    expect(previewTask({ kind: 'own-classification', params: {} }, csv(reviews))).toEqual({
      format: 'csv',
      columns: ['text', 'label'],
      rows: reviews.slice(0, 5),
      chosen: { text: 'text', label: 'label' },
    })
  })
  it('reads no more than it shows, and clips long cells', () => {
    const long = 'x'.repeat(1000)
    const preview = previewTask({ kind: 'own-labels', params: {} }, `${csv([...reviews.slice(0, 4), [long, 'y']])}\nragged`)
    expect(preview?.rows).toHaveLength(5)
    expect(preview?.rows[4]![0]).toBe(`${'x'.repeat(200)}…`)
  })
  it('shows CoNLL with column numbers', () => {
    expect(previewTask({ kind: 'own-tagging', params: {} }, '# a\nthe DET\ncat NOUN x\n')).toMatchObject({
      format: 'conll',
      columns: ['1', '2', '3'],
      rows: [
        ['the', 'DET', ''],
        ['cat', 'NOUN', 'x'],
      ],
    })
  })
  it.each(['own-classification', 'own-labels', 'own-tagging', 'own-pairs'])('shows an example without a file: %s', (kind) => {
    expect(previewTask({ kind, params: {} }, null)?.rows.length).toBeGreaterThan(3)
  })
  it('returns null for other tasks, and refuses unreadable data', () => {
    expect(previewTask({ kind: 'reverse', params: {} }, null)).toBeNull()
    expect(() => previewTask({ kind: 'own-classification', params: {} }, 'a,b\n"c')).toThrow('Line 2')
    expect(() => previewTask({ kind: 'own-tagging', params: {} }, '\n')).toThrow('The file has no rows')
  })
})
