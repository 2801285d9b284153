/** Weights are matched by name and shape; others are reported with the reason. */
import { expect, it } from 'vitest'
import { compile } from './compile'
import { firstModel, signature } from './testing'
import { matchWeights, notTaken, takenCounts, type Given } from './transplant'

const program = compile(firstModel(), signature, { mode: 'train' })
/** All states, as in a checkpoint. */
const complete = (): Map<string, Given> =>
  new Map(program.states.map(({ name, value }) => [name, { shape: value.shape, data: new Float32Array() }]))
const weights = program.states.filter(({ role }) => role === 'weight').map(({ name }) => name)

it('all weights of the same model match, but no optimiser state', () => {
  expect(complete().size).toBeGreaterThan(2 * weights.length)
  expect(matchWeights(program.states, complete())).toEqual({ matched: weights, misfits: [], missing: [], unused: [] })
})

it('reports what is missing or has another shape or type, and nothing else', () => {
  const given = complete()
  given.delete('norm/gain')
  given.set('classifier/weight', { shape: [8, 9], data: new Float32Array() })
  given.set('classifier/weight-bias', { shape: [5], data: new Int32Array() })
  given.set('old/weight', { shape: [2], data: new Float32Array() })
  given.set('old/bias', { shape: [2], data: new Float32Array() })
  const report = matchWeights(program.states, given)
  const { matched, ...others } = report
  expect(others).toEqual({
    misfits: [
      { name: 'classifier/weight', reason: 'shape', own: [8, 5], given: [8, 9] },
      { name: 'classifier/weight-bias', reason: 'type', own: [5], given: [5] },
    ],
    missing: ['norm/gain'],
    unused: ['old/bias', 'old/weight'],
  })
  expect(matched).toHaveLength(weights.length - 3)
  expect(takenCounts(report)).toEqual({ matched: weights.length - 3, others: 3 })
  expect(notTaken(report).map(({ name, reason }) => [name, reason])).toEqual([
    ['classifier/weight', 'shape'],
    ['classifier/weight-bias', 'type'],
    ['norm/gain', 'missing'],
    ['old/bias', 'unused'],
    ['old/weight', 'unused'],
  ])
  expect(notTaken(report)[0]?.shapes).toEqual({ own: '(8, 5)', given: '(8, 9)' })
})

it('a shape with the same number of elements is still another shape', () => {
  const given = complete()
  given.set('classifier/weight', { shape: [5, 8], data: new Float32Array() })
  expect(matchWeights(program.states, given).misfits).toMatchObject([{ name: 'classifier/weight', reason: 'shape' }])
})
