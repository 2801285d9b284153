/** Reading untrusted labs: valid ones are unchanged, invalid ones give an error. */
import { describe, expect, it, vi } from 'vitest'
import { LabError } from '../errors'
import { firstModel, lab } from '../graph/testing'
import { labDocument } from './document'
import { parseLab, readLab } from './read'

const codeOf = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    if (error instanceof LabError) return error.code
    throw error
  }
  return 'fine'
}

const [node] = firstModel().graph.nodes
const many = <T>(count: number, value: (index: number) => T): Record<string, T> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, value(index)]))

describe('reading a lab', () => {
  it('restores what was saved', () => {
    const document = firstModel()
    expect(parseLab(JSON.stringify(document))).toEqual(document)
  })

  it.each([
    ['', 'lab.not-json'],
    ['{', 'lab.not-json'],
    ['null', 'lab.not-a-lab'],
    ['[1, 2]', 'lab.not-a-lab'],
    ['{"format":"other"}', 'lab.not-a-lab'],
    ['{"format":"attention-lab"}', 'lab.invalid'],
    ['{"format":"attention-lab","version":-1}', 'lab.invalid'],
    ['{"format":"attention-lab","version":99}', 'lab.newer'],
    ['{"format":"attention-lab","version":1,"title":"x"}', 'lab.invalid'],
  ])('refuses %s', (text, code) => expect(codeOf(() => parseLab(text))).toBe(code))

  it('migrates the scale of attention, and no other scale', () => {
    const saved = (scale: boolean) =>
      parseLab(
        JSON.stringify(lab(['tokens', ['embedding', { scale }], ['multi-head', { scale }], ['self-attention', { scale }]], [])),
      ).graph.nodes.map(({ params }) => params['scale'])
    expect(saved(true)).toEqual([undefined, true, 'root', 'root'])
    expect(saved(false)).toEqual([undefined, false, 'none', 'none'])
  })

  it('renames the weights of a feed-forward block to up and down', () => {
    const document = lab(['tokens', ['feed-forward', {}]], [])
    const nodes = document.graph.nodes.map((node) => ({ ...node, weights: { widen: { frozen: true }, other: {} } }))
    const read = parseLab(JSON.stringify({ ...document, graph: { ...document.graph, nodes } }))
    expect(read.graph.nodes.map(({ weights }) => Object.keys(weights ?? {}))).toEqual([
      ['widen', 'other'],
      ['up', 'other'],
    ])
  })

  it('migrates the name of a goal’s metric', () => {
    const saved = (metric: string) =>
      parseLab(JSON.stringify({ ...firstModel(), goal: { metric, atLeast: 0.9, steps: 100 } })).goal?.metric
    expect(['f1', 'accuracy', 'freeAccuracy'].map(saved)).toEqual(['f1Micro', 'accuracy', 'freeAccuracy'])
  })

  it('names the invalid path', () => {
    const document = firstModel()
    const broken = { ...document, graph: { ...document.graph, nodes: [{ id: 'a b', kind: 'norm', params: {} }] } }
    expect(() => readLab(broken)).toThrow('graph.nodes.0.id')
  })

  it.each([
    ['megabytes of brackets', () => '['.repeat(7_000_000), 'lab.too-many-levels'],
    ['as many in a string, where they do not count', () => `{"title":"\\"${'['.repeat(10_000)}"}`, 'lab.not-a-lab'],
    ['millions of numbers', () => `[${'1,'.repeat(4_000_000)}1]`, 'lab.too-many-values'],
    ['a text of 50 MB', () => JSON.stringify({ ...firstModel(), title: 'x'.repeat(50_000_000) }), 'lab.too-large'],
  ])('is refused before it is parsed: %s', (_, text, code) => {
    const parse = vi.spyOn(JSON, 'parse')
    expect(codeOf(() => parseLab(text()))).toBe(code)
    expect(parse).toHaveBeenCalledTimes(code === 'lab.not-a-lab' ? 1 : 0)
    parse.mockRestore()
  })

  it.each([
    ['settings', { graph: { ...firstModel().graph, nodes: [{ ...node, params: many(100_000, (i) => i) }] } }, 'values'],
    ['groups', { graph: { ...firstModel().graph, groups: many(100_000, () => null) } }, 'values'],
    ['lists in lists', { unknown: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) as unknown }, 'levels'],
    [
      'long texts',
      { graph: { ...firstModel().graph, nodes: [{ ...node, params: { x: 'x'.repeat(4_000_001) } }] } },
      'characters',
    ],
  ])('is refused before its fields are checked: %s', (_, change, bound) => {
    expect(codeOf(() => readLab({ ...firstModel(), ...change }))).toBe(`lab.too-many-${bound}`)
    const issue = labDocument.safeParse({ ...firstModel(), ...change }).error?.issues[0]
    expect([issue?.path, issue?.message]).toEqual([[], expect.stringContaining(bound)])
  })

  it('accepts 2,000 blocks and 8,000 wires', () => {
    const nodes = Array.from({ length: 2000 }, (_, i) => ({ ...node, id: `n${i}`, params: many(4, (j) => j) }))
    const edges = Array.from({ length: 8000 }, (_, i) => ({
      from: { node: `n${i % 2000}`, port: 'y' },
      to: { node: `n${(7 * i) % 2000}`, port: 'x' },
    }))
    const text = JSON.stringify({ ...firstModel(), graph: { nodes, edges } }, null, 2)
    expect(parseLab(text).graph.edges).toHaveLength(8000)
  })

  it('is not affected by names with a meaning in JavaScript', () => {
    const document = firstModel()
    const hostile = JSON.parse(
      JSON.stringify(document).replace('"params":{}', '"params":{"__proto__":{"polluted":1}}'),
    ) as unknown
    readLab(hostile)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
