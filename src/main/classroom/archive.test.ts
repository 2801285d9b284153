/** 1,000 damaged or hostile kits and submissions: each is refused with a sentence, in bounded memory and time. */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { textsIn } from '../texts'
import { repeats } from '../testing/repeats'
import { archiveLimits, readArchive, writeArchive } from './archive'
import { readKit, type MadeKit } from './kit'
import { altered, exampleKit, exampleWork, json, labs, type Bytes } from './testing/works'
import { rawZip, type RawEntry } from './testing/zips'
import { readWork } from './work'

let kit: MadeKit
let work: Bytes
let lab: LabDocument
beforeAll(async () => {
  kit = await exampleKit()
  work = await exampleWork(kit)
  lab = await labs.read('reverse')
})

const files = (bytes: Bytes): RawEntry[] => [...readArchive(bytes)].map(([name, content]) => ({ name, content }))
const text = new TextEncoder().encode('content')

/** The code of the refusal; throws if it is read, or if the error is none of ours. */
function refusal(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    if (!(error instanceof LabError) || error.code === 'internal') throw error
    for (const language of ['en', 'zh'] as const) expect(textsIn(language).error(error)).not.toMatch(/\{\w+\}|undefined/)
    return error.code
  }
  throw new Error('it was read')
}

it('what is written is read, and equal content gives equal bytes', () => {
  const content = new Map([
    ['b.json', text],
    ['a/b/c.txt', new Uint8Array(100_000)],
  ])
  const bytes = writeArchive(content)
  expect(readArchive(bytes)).toEqual(content)
  expect(writeArchive(new Map([...content].reverse()))).toEqual(bytes)
})

describe('an archive', () => {
  const names = [
    '../up.json',
    '/etc/passwd',
    'C:\\x',
    'a\\b',
    'a/../b',
    'a//b',
    'a/',
    './a',
    'con.json',
    'LPT1',
    'a/nul',
    'end.',
    'Üx',
    'a b',
    '.hidden',
    'x'.repeat(121),
    'a\0b',
    '',
  ]
  it.each(names)('with a file named %j', (name) =>
    expect(refusal(() => readArchive(rawZip([{ name, content: text }])))).toBe('archive.name'),
  )

  it.each([
    ['a link', { name: 'link', content: text, mode: 0o120777 }, 'archive.link'],
    ['a device', { name: 'device', content: text, mode: 0o060644 }, 'archive.link'],
    ['a folder', { name: 'folder', content: text, mode: 0o040755 }, 'archive.link'],
    ['an encrypted file', { name: 'secret', content: text, flags: 1 }, 'archive.encrypted'],
    ['an unknown compression', { name: 'lzma', content: text, method: 14 }, 'archive.method'],
    ['a file larger than it says', { name: 'bomb', content: new Uint8Array(50_000_000), claimed: 100 }, 'archive.changed'],
    ['a file smaller than it says', { name: 'small', content: text, claimed: 100 }, 'archive.changed'],
    ['a file of 4 GB', { name: 'bomb', content: text, claimed: 0xffffffff }, 'archive.bomb'],
  ] as const)('with %s', (_, entry, code) => expect(refusal(() => readArchive(rawZip([entry])))).toBe(code))

  it('with the same name twice', () =>
    expect(
      refusal(() =>
        readArchive(
          rawZip([
            { name: 'a', content: text },
            { name: 'a', content: text },
          ]),
        ),
      ),
    ).toBe('archive.twice'))

  it('with too many files', () => {
    const many = Array.from({ length: 1002 }, (_, index) => ({ name: `f${index}`, content: text }))
    expect(refusal(() => readArchive(rawZip(many)))).toBe('archive.too-many')
  })

  it('whose files together are too large, before any is unpacked', () => {
    const content = new Uint8Array(100_000_000)
    const bomb = rawZip([1, 2, 3].map((number) => ({ name: `zeros${number}`, content })))
    expect(bomb.length).toBeLessThan(400_000)
    const before = process.memoryUsage().arrayBuffers
    expect(refusal(() => readArchive(bomb))).toBe('archive.bomb')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000)
  })

  it('that is itself too large', () =>
    expect(refusal(() => readArchive(new Uint8Array(archiveLimits.bytes + 1)))).toBe('archive.too-large'))

  it.each([
    ['empty', new Uint8Array()],
    ['text', new TextEncoder().encode('hello '.repeat(100))],
    ['zeros', new Uint8Array(1000)],
  ])('that is %s', (_, bytes) => expect(refusal(() => readArchive(bytes))).toBe('archive.not-zip'))
})

describe('a submission', () => {
  it.each<[string, () => Bytes, string]>([
    ['that is a kit', () => kit.pupils, 'archive.other'],
    ['of a later version', () => altered(work, () => ({ version: 2 })), 'archive.newer'],
    ['of an unknown format', () => altered(work, () => ({ format: 'something' })), 'archive.other'],
    ['with a field it does not have', () => altered(work, () => ({ points: 100 })), 'archive.invalid'],
    ['without a name', () => altered(work, () => ({ pupil: '' })), 'archive.invalid'],
    [
      'with a curve of other lengths',
      () => altered(work, ({ runs }) => ({ runs: runs.map((run) => ({ ...run, curve: { steps: [1], values: [] } })) })),
      'archive.invalid',
    ],
    [
      'with another lab than listed',
      () => rawZip(files(work).map((each) => (each.name === 'labs/1.json' ? { ...each, content: json(lab) } : each))),
      'archive.hash',
    ],
    ['with a file too many', () => rawZip([...files(work), { name: 'more.txt', content: text }]), 'archive.unlisted'],
    ['with a file too few', () => rawZip(files(work).filter(({ name }) => name !== 'labs/1.json')), 'archive.missing'],
    ['whose lab is none', () => altered(work, () => ({}), { 'labs/1.json': json({ hello: 1 }) }), 'lab.not-a-lab'],
    [
      'whose lab leads outside',
      () => altered(work, ({ runs }) => ({ runs: runs.map((run) => ({ ...run, lab: '../../secret' })) })),
      'archive.invalid',
    ],
    [
      'with a huge graph',
      () =>
        altered(work, () => ({}), {
          'labs/1.json': json({
            ...lab,
            graph: {
              nodes: Array.from({ length: 50_000 }, (_, id) => ({
                id: `n${id}`,
                kind: 'add',
                params: {},
                position: { x: 0, y: 0 },
              })),
              edges: [],
            },
          }),
        }),
      'lab.too-many-values',
    ],
    [
      'nested a million levels deep',
      () => altered(work, () => ({}), { 'labs/1.json': new TextEncoder().encode('['.repeat(1_000_000)) }),
      'lab.too-many-levels',
    ],
    [
      'whose manifest is nested',
      () => rawZip([{ name: 'work.json', content: new TextEncoder().encode('['.repeat(1_000_000)) }]),
      'archive.invalid',
    ],
    ['whose manifest is no JSON', () => rawZip([{ name: 'work.json', content: text }]), 'archive.invalid'],
    [
      'with a prototype',
      () =>
        rawZip([
          { name: 'work.json', content: new TextEncoder().encode('{"__proto__":{"format":"attention-lab-work"},"version":1}') },
        ]),
      'archive.other',
    ],
  ])('%s is refused', (_, make, code) => expect(refusal(() => readWork(make()))).toBe(code))
})

describe('a kit', () => {
  it.each<[string, () => Bytes, string]>([
    ['that is a submission', () => work, 'archive.other'],
    [
      'whose rubric was changed',
      () =>
        rawZip(
          files(kit.pupils).map((each) =>
            each.name === 'kit.json' ? { ...each, content: json({ ...kit.manifest, rubric: [] }) } : each,
          ),
        ),
      'archive.hash',
    ],
    [
      'whose rubric names no assignment',
      () =>
        rawZip(
          files(kit.pupils).map((each) =>
            each.name === 'kit.json' ? { ...each, content: json({ ...kit.manifest, assignments: [] }) } : each,
          ),
        ),
      'archive.invalid',
    ],
  ])('%s is refused', (_, make, code) => expect(refusal(() => readKit(make()))).toBe(code))
})

it('1,000 archives, damaged at any byte, are refused or unharmed', { timeout: 120_000 }, () => {
  const slow: number[] = []
  let refused = 0
  fc.assert(
    fc.property(
      fc.constantFrom('kit', 'work'),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom('flip', 'cut', 'insert', 'repeat'),
      (which, place, byte, how) => {
        const whole = which === 'kit' ? kit.teachers : work
        const at = place % whole.length
        const damaged = damage(whole, at, byte, how)
        const began = process.cpuUsage()
        try {
          refusal(() => (which === 'kit' ? readKit(damaged) : readWork(damaged)))
          refused++
        } catch (error) {
          // A byte that means nothing, such as a date, may differ.
          expect((error as Error).message).toBe('it was read')
          expect(readArchive(damaged)).toEqual(readArchive(whole))
        }
        const { user, system } = process.cpuUsage(began)
        slow.push((user + system) / 1000)
      },
    ),
    { numRuns: repeats(1000, 20_000), seed: 20261129 },
  )
  expect(refused).toBeGreaterThan(800)
  expect(process.memoryUsage().heapUsed).toBeLessThan(2 ** 30)
})

function damage(whole: Bytes, at: number, byte: number, how: string): Bytes {
  if (how === 'cut') return whole.slice(0, at)
  if (how === 'insert') return new Uint8Array([...whole.slice(0, at), byte, ...whole.slice(at)])
  if (how === 'repeat') return new Uint8Array([...whole.slice(0, at), ...whole.slice(Math.max(0, at - byte))])
  const flipped = whole.slice()
  flipped[at]! ^= byte
  return flipped
}
