import { describe, expect, it } from 'vitest'
import { axesOf, leadingOf, mostShown, requestOf } from './operationView'

const scores = { name: 'attention/9-mul', axes: ['batch', 'head', 'query', 'key'], output: [32, 4, 12, 12] }

it('removes the batch axis wherever it is', () => {
  expect(axesOf(scores)).toEqual([
    { name: 'head', size: 4 },
    { name: 'query', size: 12 },
    { name: 'key', size: 12 },
  ])
  expect(axesOf({ axes: ['token', 'batch', 'feature'], output: [12, 32, 8] }).map(({ name }) => name)).toEqual([
    'token',
    'feature',
  ])
})

it('draws the last two axes', () => {
  expect(leadingOf(['head', 'query', 'key'])).toEqual(['head'])
  expect(leadingOf(['token', 'feature'])).toEqual([])
  expect(leadingOf([])).toEqual([])
})

describe('requestOf', () => {
  it('takes one index of each leading axis, by default the first', () => {
    expect(requestOf(scores, {})).toEqual({ name: 'attention/9-mul', slice: { head: 0 } })
    expect(requestOf(scores, { head: 3 })).toEqual({ name: 'attention/9-mul', slice: { head: 3 } })
  })

  it('clamps an index that is out of range', () => {
    expect(requestOf(scores, { head: 7 }).slice).toEqual({ head: 3 })
  })

  it('requests a small matrix, a vector or a scalar as a whole', () => {
    expect(requestOf({ name: 'a/1-add', axes: ['batch', 'token', 'feature'], output: [32, 12, 8] }, {})).toEqual({
      name: 'a/1-add',
    })
    expect(requestOf({ name: 'a/1-add', axes: ['feature'], output: [8] }, {})).toEqual({ name: 'a/1-add' })
    expect(requestOf({ name: 'a/1-mean', axes: [], output: [] }, {})).toEqual({ name: 'a/1-mean' })
  })

  it('requests the first rows of a large matrix, at least one', () => {
    const logits = (classes: number) => ({ name: 'a/1-add', axes: ['batch', 'token', 'class'], output: [1, 1024, classes] })
    expect(requestOf(logits(50_000), {}).slice).toEqual({ token: [0, 10] })
    expect(requestOf(logits(2 * mostShown), {}).slice).toEqual({ token: [0, 1] })
  })

  it('slices an unnamed axis only if the batch is another axis', () => {
    const one = { name: 'a/7-softmax', axes: ['batch', 'axis 2', 'query', 'key'], output: [32, 2, 8, 8] }
    expect(requestOf(one, { 'axis 2': 1 }).slice).toEqual({ 'axis 2': 1 })
    const merged = { name: 'a/8-reshape', axes: ['axis 1', 'query', 'key'], output: [64, 8, 8] }
    expect(requestOf(merged, { 'axis 1': 63 }).slice).toBeUndefined()
    expect(requestOf({ name: 'a/9-reshape', axes: ['axis 1', 'class'], output: [32_768, 50] }, {}).slice).toBeUndefined()
  })
})
