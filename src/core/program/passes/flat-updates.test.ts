/** The flat program takes the same step as the program it came from. */
import { describe, expect, it } from 'vitest'
import { gradients } from '../autodiff'
import { ProgramBuilder } from '../builder'
import { optimisers } from '../optimisers'
import { clipByGlobalNorm } from '../optimisers/clip'
import { interpret } from '../reference'
import type { Program, Value } from '../types'
import { flattenUpdates } from './flat-updates'
import { optimise } from './index'

const shapes = { 'a/w': [2, 3], 'a/bias': [3], 'b/w': [3, 2], 'b/bias': [2], 'c/gain': [] } as const
const lengths = { 'a/w': 6, 'a/bias': 3, 'b/w': 6, 'b/bias': 2, 'c/gain': 1 }

function step(optimiser: Parameters<(typeof optimisers)['adamw']['emit']>[2], clipNorm: number | null): Program {
  const b = new ProgramBuilder()
  const states = Object.entries(shapes).map(([name, shape]) => {
    const value = b.state({
      name,
      block: 'x',
      role: 'weight',
      shape,
      initialiser: { kind: 'zeros' },
      trainable: true,
      decay: name.endsWith('w'),
    })
    return { name, value }
  })
  const [w, bias, v, shift, gain] = states.map(({ value }) => value) as [Value, Value, Value, Value, Value]
  const x = b.dataInput('x', [4, 2], 'float32')
  const y = b.add(b.matmul(b.tanh(b.add(b.matmul(x, w), bias)), v), shift)
  const loss = b.mean(b.square(b.mul(y, gain)), [0, 1])
  b.output('loss', loss)
  const gradientOf = gradients(
    b,
    loss,
    states.map(({ value }) => value),
  )
  b.withPhase('update', () => {
    const found = states.map(({ value }) => gradientOf.get(value)!)
    const { gradients: clipped, norm } = clipByGlobalNorm(b, found, clipNorm)
    b.output('gradientNorm', norm)
    optimisers[optimiser.kind].emit(
      b,
      b.states.slice(0, 5).map((state, i) => ({ state, gradient: clipped[i]! })),
      optimiser,
    )
  })
  return optimise(b.build())
}

const numbers = (length: number, seed: number) => Array.from({ length }, (_, i) => Math.sin(1 + i * 1.7 + seed * 2.3))
const feeds = { x: numbers(8, 9), learningRate: [0.1], correction1: [0.19], correction2: [0.002] }

/** What the program's states are at first; moments positive. */
function statesOf(program: Program): Record<string, number[]> {
  return Object.fromEntries(
    program.states.map(({ name, value }, i) => {
      const values = numbers(
        value.shape.reduce((a, c) => a * c, 1),
        i,
      )
      return [name, name.startsWith('optimiser/') ? values.map((x) => x * x) : values]
    }),
  )
}

const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 }
const variants = [
  ['adamw', { kind: 'adamw', ...adam }, 0.5],
  ['adamw that clips nothing', { kind: 'adamw', ...adam }, null],
  ['adam', { kind: 'adam', ...adam }, 1],
  ['momentum', { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0.1 }, 0.2],
  ['Nesterov momentum', { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0 }, null],
  ['plain descent', { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 }, null],
] as const

describe.each(variants)('%s', (_, optimiser, clipNorm) => {
  it('takes the same step', () => {
    const program = step(optimiser, clipNorm)
    const before = statesOf(program)
    const expected = interpret(program, feeds, before)
    const { program: flat, flats } = flattenUpdates(program)
    const joined = flats.map(({ name, parts }) => [name, parts.flatMap((part) => before[part]!)] as const)
    const actual = interpret(flat, feeds, { ...before, ...Object.fromEntries(joined) })

    expect(actual.get('loss')).toEqual(expected.get('loss'))
    expect(actual.get('gradientNorm')![0]).toBeCloseTo(expected.get('gradientNorm')![0]!, 12)
    const told = new Set<string>()
    for (const { name, parts } of flats) {
      let offset = 0
      for (const part of parts) {
        const length = lengths[part.replace(/^optimiser\/[a-z]+\//, '') as keyof typeof lengths]
        const values = [...actual.get(`update/${name}`)!.subarray(offset, offset + length)]
        const wanted = expected.get(`update/${part}`)!
        values.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 12))
        told.add(part)
        offset += length
      }
      expect(offset).toBe(actual.get(`update/${name}`)!.length)
    }
    for (const name of program.updates.keys()) if (!told.has(name)) expect(flat.updates.has(name)).toBe(true)
  })
})

it('joins what is updated alike: one vector for weights that decay, one for the others', () => {
  const { flats, program } = flattenUpdates(step({ kind: 'adamw', ...adam }, 1))
  const weights = flats.filter(({ name }) => name.endsWith('/')).map(({ parts }) => parts)
  expect(weights).toContainEqual(['a/w', 'b/w'])
  expect(weights).toContainEqual(['a/bias', 'b/bias'])
  // One sum of squares for each vector, in place of one for each parameter.
  expect(program.ops.filter(({ kind, phase }) => kind === 'square' && phase === 'update').length).toBeLessThan(9)
})

it('leaves alone what is not elementwise, and may trade places', () => {
  const b = new ProgramBuilder()
  const [p, q] = ['p', 'q'].map((name) =>
    b.state({ name, block: '', role: 'weight', shape: [2], initialiser: { kind: 'zeros' }, trainable: true, decay: false }),
  ) as [Value, Value]
  b.withPhase('update', () => {
    b.update('p', q)
    b.update('q', b.softmax(p))
  })
  const { program, flats } = flattenUpdates(b.build())
  expect(flats.map(({ parts }) => parts)).toEqual([['p']])
  const result = interpret(program, {}, { p: [0, 0], q: [3, 4], 'flat/0/': [0, 0] })
  expect([...result.get('update/flat/0/')!]).toEqual([3, 4])
  expect([...result.get('update/q')!]).toEqual([0.5, 0.5])
})
