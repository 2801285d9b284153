/**
 * Files as saved by common programs, tested from their bytes: every encoding and line ending gives the same rows. All texts are invented.
 */
import { describe, expect, it } from 'vitest'
import { createTask } from '../index'
import { decodeText } from '../text'

const count = 40
const lines = (line: (index: number) => string, header?: string): string =>
  [...(header === undefined ? [] : [header]), ...Array.from({ length: count }, (_, index) => line(index))].join('\n')

/** Typical files, each as text with LF. */
const files: Readonly<Record<string, { readonly kind: string; readonly text: string; readonly params?: object }>> = {
  'a sentiment table with a header': {
    kind: 'own-classification',
    text: lines((index) => `"film ${index}, seen twice",${index % 2 ? 'good' : 'bad'}`, 'review,sentiment'),
  },
  'a sentiment table with the label first and no header': {
    kind: 'own-classification',
    text: lines((index) => `${index % 2}\tfilm ${index} seen twice`),
  },
  'a sentiment table with ids and scores': {
    kind: 'own-classification',
    text: lines((index) => `${1000 + index},0.${10 + index},film ${index} seen twice,${index % 3}`, 'id,score,review,stars'),
  },
  'a table with several labels': {
    kind: 'own-labels',
    text: lines((index) => `note ${index} of today\t${['joy', 'joy;fear', 'anger', ''][index % 4]!}`, 'text\tlabels'),
  },
  'a table of pairs': {
    kind: 'own-pairs',
    text: lines((index) => `page ${index} is long\tSeite ${index} ist lang`, 'source\ttarget'),
  },
  'two parallel files joined by tabs': {
    kind: 'own-pairs',
    text: lines((index) => `page ${index} is long .\tSeite ${index} ist lang .`),
  },
  'a treebank in CoNLL-U': {
    kind: 'own-tagging',
    text: lines((index) =>
      [
        `# sent_id = s${index}`,
        `# text = dogs bark ${index}`,
        `1-2\tdogs bark\t_\t_\t_\t_\t_\t_\t_\t_`,
        `1\tdogs\tdog\tNOUN\tNNS\tNumber=Plur\t2\tnsubj\t_\t_`,
        `2\tbark\tbark\tVERB\tVBP\t_\t0\troot\t_\tSpaceAfter=No`,
        `3\t${index}\t${index}\tNUM\tCD\t_\t2\tobl\t_\t_`,
        '',
      ].join('\n'),
    ),
  },
  'entities as in CoNLL-2003': {
    kind: 'own-tagging',
    text: `-DOCSTART- -X- -X- O\n\n${lines((index) => `Anna NNP B-NP B-PER\nsaw VBD B-VP O\nroom${index} NN B-NP O\n`)}`,
  },
}

const encodings: Readonly<Record<string, (text: string) => Uint8Array>> = {
  'UTF-8 with LF': (text) => new TextEncoder().encode(text),
  'UTF-8 with a byte order mark and CR LF, as Excel saves it': (text) =>
    new TextEncoder().encode(`\uFEFF${text.replaceAll('\n', '\r\n')}`),
  'UTF-8 with CR': (text) => new TextEncoder().encode(text.replaceAll('\n', '\r')),
  'UTF-16 with a byte order mark and CR LF': (text) => utf16(`\uFEFF${text.replaceAll('\n', '\r\n')}`, true),
  'UTF-16, big-endian, without a mark': (text) => utf16(text, false),
}
function utf16(text: string, isLittle: boolean): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(2 * text.length))
  for (let at = 0; at < text.length; at++) bytes.setUint16(2 * at, text.charCodeAt(at), isLittle)
  return new Uint8Array(bytes.buffer)
}

const read = (kind: string, bytes: Uint8Array) => createTask({ kind, params: {} }, decodeText(bytes).text)

describe.each(Object.entries(files))('%s', (_, { kind, text }) => {
  const plain = read(kind, new TextEncoder().encode(text))
  it('loads by default', () => {
    const { tokeniser, validation, signature } = plain.spec
    expect(validation).toBe(count / 10)
    expect(tokeniser.vocabulary.join('')).not.toMatch(/[\r\uFEFF]/)
    if (signature.aim !== 'tokens' || !signature.causal) expect(plain.spec.classes.length).toBeLessThanOrEqual(3)
  })
  it.each(Object.entries(encodings))('gives the same rows in %s', (__, encode) => {
    const task = read(kind, encode(text))
    expect({ ...task.spec, notices: [] }).toEqual({ ...plain.spec, notices: [] })
    expect(task.trainBatch(1, 0, 64)).toEqual(plain.trainBatch(1, 0, 64))
  })
})

describe('the classes in these files', () => {
  const classes = (name: string) => read(files[name]!.kind, new TextEncoder().encode(files[name]!.text)).spec.classes
  it.each([
    ['a sentiment table with a header', ['bad', 'good']],
    ['a sentiment table with the label first and no header', ['0', '1']],
    ['a sentiment table with ids and scores', ['0', '1', '2']],
    ['a table with several labels', ['anger', 'fear', 'joy']],
    ['a treebank in CoNLL-U', ['NOUN', 'NUM', 'VERB']],
    ['entities as in CoNLL-2003', ['B-PER', 'O']],
  ])('%s', (name, wanted) => expect(classes(name)).toEqual(wanted))
})

describe('GB18030', () => {
  /** Two bytes each (GB 18030-2022). */
  const codes: Readonly<Record<string, number>> = { 天: 0xccec, 气: 0xc6f8, 很: 0xbadc, 好: 0xbac3, 坏: 0xbbb5, '，': 0xa3ac }
  const gb18030 = (text: string): Uint8Array =>
    Uint8Array.from(
      Array.from(text).flatMap((character) => {
        const code = codes[character]
        return code === undefined ? [character.charCodeAt(0)] : [code >> 8, code & 0xff]
      }),
    )
  it('gives the same rows, also with Windows line endings', () => {
    const text = lines((index) => `天气${index}，很${index % 2 ? '好' : '坏'}\t${index % 2 ? '好' : '坏'}`, 'text\tlabel')
    const { text: decoded, encoding } = decodeText(gb18030(text.replaceAll('\n', '\r\n')))
    expect([decoded, encoding]).toEqual([text, 'gb18030'])
    expect(createTask({ kind: 'own-classification', params: {} }, decoded).spec.classes).toEqual(['坏', '好'])
  })
})

describe('classes that hardly repeat', () => {
  const noticed = (label: (index: number) => string) => {
    const { notices } = createTask(
      { kind: 'own-classification', params: {} },
      lines((index) => `film ${index} seen twice,${label(index)}`, 'text,label'),
    ).spec
    return notices.filter(({ code }) => code === 'table.rare-classes')
  }
  it('are reported, because they cannot be learned: a column of scores named “label”', () => {
    expect(noticed((index) => `0.${100 + index}`)).toEqual([{ code: 'table.rare-classes', params: { count: 40, rows: 40 } }])
  })
  it('are not reported if most repeat', () => {
    expect(noticed((index) => String(index % 5))).toEqual([])
  })
})
