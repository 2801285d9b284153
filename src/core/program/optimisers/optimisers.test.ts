/** Optimisers and clipping against torch.optim and torch.nn.utils.clip_grad_norm_. */
import { describe, expect, it } from 'vitest'
import { optimiser as optimiserSchema } from './settings'
import { ProgramBuilder } from '../builder'
import reference from '../fixtures/optimisers.json'
import { interpret, type Feeds } from '../reference'
import type { Program, State } from '../types'
import { clipByGlobalNorm } from './clip'
import { optimisers } from './index'

const shapes = [[2, 3], [3]] as const

/** Two weights, of which the first decays; their gradients are fed. */
function weights(b: ProgramBuilder): { state: State; gradient: State['value'] }[] {
  shapes.forEach((shape, i) =>
    b.state({
      name: `w${i}`,
      block: 'model',
      role: 'weight',
      shape,
      initialiser: { kind: 'zeros' },
      trainable: true,
      decay: i === 0,
    }),
  )
  return b.states.map((state, i) => ({ state, gradient: b.dataInput(`g${i}`, shapes[i]!, 'float32') }))
}

function runAll(program: Program, feedsOf: (step: number) => Feeds): Float64Array[][] {
  let states: Record<string, ArrayLike<number>> = Object.fromEntries(
    program.states.map(({ name, value }) => [name, new Array<number>(value.shape.reduce((a, b) => a * b, 1)).fill(0)]),
  )
  states = { ...states, w0: reference.initial[0]!, w1: reference.initial[1]! }
  return reference.gradients.map((_, step) => {
    const result = interpret(program, feedsOf(step), states)
    for (const name of program.updates.keys()) states[name] = result.get(`update/${name}`)!
    return [result.get('update/w0')!, result.get('update/w1')!]
  })
}

describe.each(reference.trajectories.map(({ options, after }) => [optimiserSchema.parse(options), after] as const))(
  '%j',
  (options, after) => {
    it('takes the steps of PyTorch, while the learning rate changes', () => {
      const b = new ProgramBuilder()
      optimisers[options.kind].emit(b, weights(b), options)
      const steps = runAll(b.build(), (step) => ({
        g0: reference.gradients[step]![0]!,
        g1: reference.gradients[step]![1]!,
        learningRate: [reference.learningRates[step]!],
        ...Object.fromEntries(
          Object.entries(optimisers[options.kind].scalars(options, step + 1)).map(([name, number]) => [name, [number]]),
        ),
      }))
      after.forEach((expected, step) =>
        expected.forEach((numbers, i) => numbers.forEach((x, k) => expect(steps[step]![i]![k]).toBeCloseTo(x, 6))),
      )
    })
  },
)

describe('optimisers', () => {
  it('keep moments as states of the weight’s shape and block, zero at first and neither trained nor decayed', () => {
    const b = new ProgramBuilder()
    const options = optimiserSchema.parse({ kind: 'adamw' })
    optimisers.adamw.emit(b, weights(b), options)
    const moments = b.states.filter((state) => state.role === 'moment')
    expect(moments.map((state) => [state.name, state.value.shape])).toEqual([
      ['optimiser/first/w0', [2, 3]],
      ['optimiser/second/w0', [2, 3]],
      ['optimiser/first/w1', [3]],
      ['optimiser/second/w1', [3]],
    ])
    for (const state of moments) {
      expect(state).toMatchObject({ block: 'model', initialiser: { kind: 'zeros' }, trainable: false, decay: false })
    }
    expect([...b.build().updates.keys()].sort()).toEqual([...moments.map((state) => state.name), 'w0', 'w1'].sort())
  })

  it('without momentum needs no state of its own', () => {
    const b = new ProgramBuilder()
    optimisers.sgd.emit(b, weights(b), { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 })
    expect(b.states.map((state) => state.name)).toEqual(['w0', 'w1'])
  })

  it('counts steps from 1', () => {
    const options = optimiserSchema.parse({ kind: 'adam' })
    const { correction1, correction2 } = optimisers.adam.scalars(options, 1)
    expect(correction1).toBeCloseTo(0.1, 15)
    expect(correction2).toBeCloseTo(0.001, 15)
  })
})

describe('clipByGlobalNorm', () => {
  const run = (maxNorm: number | null, gradients: readonly (readonly number[])[]) => {
    const b = new ProgramBuilder()
    const values = shapes.map((shape, i) => b.dataInput(`g${i}`, shape, 'float32'))
    const { gradients: clipped, norm } = clipByGlobalNorm(b, values, maxNorm)
    b.output('norm', norm)
    clipped.forEach((value, i) => b.output(`g${i}`, value))
    return interpret(b.build(), { g0: gradients[0]!, g1: gradients[1]! }, {})
  }

  it.each(reference.clipped)('to $maxNorm does what PyTorch does', ({ maxNorm, norm, gradients }) => {
    const result = run(maxNorm, reference.gradients[0]!)
    expect(result.get('norm')![0]).toBeCloseTo(norm, 12)
    gradients.forEach((numbers, i) => numbers.forEach((x, k) => expect(result.get(`g${i}`)![k]).toBeCloseTo(x, 6)))
  })

  it('measures and changes nothing without a limit', () => {
    const result = run(null, [
      [3, 0, 0, 0, 0, 0],
      [0, 4, 0],
    ])
    expect(result.get('norm')![0]).toBe(5)
    expect([...result.get('g1')!]).toEqual([0, 4, 0])
  })

  it('leaves zero gradients zero', () => {
    const result = run(1, [new Array<number>(6).fill(0), [0, 0, 0]])
    expect(result.get('norm')![0]).toBe(0)
    expect([...result.get('g0')!]).toEqual([0, 0, 0, 0, 0, 0])
  })
})
