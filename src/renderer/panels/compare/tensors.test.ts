import { describe, expect, it } from 'vitest'
import type { Look, Seen } from '@core/contract/look'
import { analyse } from '@core/graph/analyse'
import { firstModel } from '@core/graph/testing'
import { createTask } from '@core/tasks'
import type { RunModel } from '../../stores/run-models'
import { leadingOf, matrixIn, mismatchOf, tensorsOf, type LabelledMatrix } from './tensors'

const lab = firstModel()
const { spec } = createTask(lab.task, null)
const model: RunModel = { lab, spec, analysis: analyse(lab, spec.signature) }
const tensors = tensorsOf(model)
const named = (name: string) => tensors.find((each) => each.name === name)!
const attention = tensors.find(({ kind }) => kind === 'attention')!
const seen = (...tokens: readonly number[]): Seen => ({
  ...{ tokens: Int32Array.from(tokens), unknown: [], source: null, unknownInSource: [], features: null, targets: null },
  ...{ predictions: new Int32Array(), probabilities: null, scored: null },
})

describe('the tensors of a model', () => {
  it('are attention, activations and weights, each once and without the axis of the batch', () => {
    expect(new Set(tensors.map(({ name }) => name)).size).toBe(tensors.length)
    expect(attention.axes).toEqual(['head', 'query', 'key'])
    expect(leadingOf(attention)).toEqual([{ axis: 'head', size: attention.shape[0] }])
    expect(named('embedding/table')).toMatchObject({ kind: 'weight', block: 'embedding', local: 'table' })
    expect(named('embedding/output')).toMatchObject({ kind: 'activation' })
    expect(tensors.some(({ axes }) => axes.includes('batch'))).toBe(false)
    for (const { axes, shape } of tensors) expect(axes).toHaveLength(shape.length)
  })
  it('that share a name with a probe are asked for as weights', () => {
    const both = tensors.filter(({ block, local }) => block === attention.block && local === 'output')
    expect(both.map(({ name, kind }) => [name, kind])).toEqual([
      [`${attention.block}/output`, 'activation'],
      [`weight/${attention.block}/output`, 'weight'],
    ])
  })
})

describe('their values', () => {
  const size = attention.shape.at(-1)!
  const look = (data: Float32Array, shape: readonly number[], axes: readonly string[]): Look => ({
    ...{ step: 1, seen: [seen(2, 3)], missing: [], values: { [attention.name]: { axes, shape, data } } },
  })
  it('are without padding, with the tokens of rows and columns', () => {
    const data = Float32Array.from({ length: size * size }, (_, index) => index)
    const found = matrixIn(model, attention, look(data, [size, size], ['query', 'key']))!
    expect([...found.matrix.data]).toEqual([0, 1, size, size + 1])
    expect(found.rows).toEqual(found.columns)
    expect(found.rows).toHaveLength(2)
  })
  it('are those of one head, where a look has all of them', () => {
    const heads = attention.shape[0]!
    const data = Float32Array.from({ length: heads * size * size }, (_, index) => index)
    const found = matrixIn(model, attention, look(data, attention.shape, attention.axes), { head: 1 })!
    expect(found.matrix.data[0]).toBe(size * size)
  })
  it('of a weight are whole, with the vocabulary beside an embedding table', () => {
    const table = named('embedding/table')
    const [rows = 0, columns = 0] = table.shape
    const values = { [table.name]: { axes: table.axes, shape: table.shape, data: new Float32Array(rows * columns) } }
    const found = matrixIn(model, table, { step: 1, seen: [seen(2)], values, missing: [] })!
    expect([found.matrix.rows, found.rows?.length]).toEqual([rows, spec.tokeniser.vocabulary.length])
  })
  it('are missing where the look lacks them', () => {
    expect(matrixIn(model, attention, { step: 1, seen: [seen(2)], values: {}, missing: [attention.name] })).toBeNull()
  })
})

describe('two matrices', () => {
  const labelled = (rows: number, columns: number, labels: readonly string[] | null = null): LabelledMatrix => ({
    matrix: { rows, columns, data: new Float32Array(rows * columns), rowAxis: '', columnAxis: '' },
    ...{ rows: labels, columns: null },
  })
  it.each([
    ['fit if they have the same size', labelled(2, 3), labelled(2, 3), 'activation', null],
    ['do not fit with other sizes', labelled(2, 3), labelled(3, 2), 'activation', 'otherShape'],
    ['do not fit where the input is read as other tokens', labelled(2, 2, ['a', 'b']), labelled(2, 2, ['a', 'c']), 'attention', 'otherTokens'],
    ['do not fit where it has other tokens in number', labelled(2, 2, ['a', 'b']), labelled(1, 2, ['a']), 'attention', 'otherTokens'],
    ['do not fit where rows stand for another vocabulary', labelled(2, 2, ['a', 'b']), labelled(2, 2, ['a', 'c']), 'weight', 'otherVocabulary'],
    ['fit where only one has labels', labelled(2, 2, ['a', 'b']), labelled(2, 2), 'weight', null],
  ] as const)('%s', (_, a, b, kind, mismatch) => expect(mismatchOf(a, b, kind)).toBe(mismatch)) // prettier-ignore
})
