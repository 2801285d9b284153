/** Reading labs from outside: what is good comes through unchanged, what is not gives a sentence. */
import { describe, expect, it } from 'vitest'
import { LabError } from '../errors'
import { firstModel, lab } from '../graph/testing'
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

describe('reading a lab', () => {
  it('gives back what was saved', () => {
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

  it('says the scale of attention in today’s words, and no other scale', () => {
    const saved = (scale: boolean) =>
      parseLab(
        JSON.stringify(lab(['tokens', ['embedding', { scale }], ['multi-head', { scale }], ['self-attention', { scale }]], [])),
      ).graph.nodes.map(({ params }) => params['scale'])
    expect(saved(true)).toEqual([undefined, true, 'root', 'root'])
    expect(saved(false)).toEqual([undefined, false, 'none', 'none'])
  })

  it('calls the metric of a goal by today’s name', () => {
    const saved = (metric: string) =>
      parseLab(JSON.stringify({ ...firstModel(), goal: { metric, atLeast: 0.9, steps: 100 } })).goal?.metric
    expect(['f1', 'accuracy', 'freeAccuracy'].map(saved)).toEqual(['f1Micro', 'accuracy', 'freeAccuracy'])
  })

  it('names the place that is damaged', () => {
    const document = firstModel()
    const broken = { ...document, graph: { ...document.graph, nodes: [{ id: 'a b', kind: 'norm', params: {} }] } }
    expect(() => readLab(broken)).toThrow('graph.nodes.0.id')
  })

  it('takes no harm from names that mean something to JavaScript', () => {
    const document = firstModel()
    const hostile = JSON.parse(
      JSON.stringify(document).replace('"params":{}', '"params":{"__proto__":{"polluted":1}}'),
    ) as unknown
    readLab(hostile)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
