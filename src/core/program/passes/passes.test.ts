/** Passes change how much is computed, never what. */
import { describe, expect, it } from 'vitest'
import { gradients } from '../autodiff'
import { ProgramBuilder } from '../builder'
import { formula } from '../constants'
import { interpret } from '../reference'
import type { Program } from '../types'
import { commonSubexpressions } from './common-subexpressions'
import { deadCode } from './dead-code'
import { foldConstants } from './fold-constants'
import { optimise } from './index'

const kindsOf = (program: Program) => program.ops.map((op) => op.kind)

/** A layer norm with its gradient, a masked softmax, a probe, an update, and things nobody asks for. */
function sample(): Program {
  const b = new ProgramBuilder()
  const x = b.dataInput('x', [3, 4], 'float32')
  b.dataInput('unread', [2], 'float32')
  const w = b.state({
    name: 'norm/gain',
    block: 'norm',
    role: 'weight',
    shape: [4],
    initialiser: { kind: 'ones' },
    trainable: true,
    decay: false,
  })
  b.probe('norm/inverseDeviation', 'norm', ['token', 'one'], b.inverseDeviation(x, 1e-5))
  b.exp(b.log(x))
  const normed = b.mul(b.standardise(x, 1e-5), w)
  const half = b.sub(b.constant(1), b.constant(0.5))
  const causal = b.greater(b.constant(Float32Array.of(0, 1, 2, 3)), b.reshape(b.constant(Float32Array.of(0, 1, 2)), [3, 1]))
  const loss = b.sum(b.mul(b.softmax(b.where(causal, -1e9, normed)), b.mul(x, half)), [0, 1])
  b.output('loss', loss)
  const found = gradients(b, loss, [x, w])
  b.output('dx', found.get(x)!)
  b.update('norm/gain', b.sub(w, found.get(w)!))
  return b.build()
}

const feeds = { x: [0.3, -1, 2, 0.7, 1.1, 0.2, -0.4, 0.9, 3, -2, 0.5, 0.1], unread: [1, 2] }
const states = { 'norm/gain': [1, 0.5, 2, -1] }

describe.each([
  ['deadCode', (program: Program) => deadCode(program)],
  ['commonSubexpressions', commonSubexpressions],
  ['foldConstants', foldConstants],
  ['optimise', (program: Program) => optimise(program)],
])('%s', (_, pass) => {
  it('preserves every output, probe and update', () => {
    const [before, after] = [sample(), pass(sample())]
    const expected = interpret(before, feeds, states)
    const result = interpret(after, feeds, states)
    expect([...result.keys()]).toEqual([...expected.keys()])
    for (const [name, numbers] of expected) numbers.forEach((x, i) => expect(result.get(name)![i]).toBeCloseTo(x, 6))
    expect(after.states).toEqual(before.states)
    for (const probe of after.probes) expect(after.outputs.get(`probe/${probe.name}`)).toBe(probe.value)
    expect(after.probes).toHaveLength(1)
  })

  it('finds nothing more the second time', () => {
    const once = pass(sample())
    expect(pass(once)).toEqual(once)
  })

  it('leaves its input as it was', () => {
    const program = sample()
    pass(program)
    expect(program).toEqual(sample())
  })
})

describe('deadCode', () => {
  it('drops operations and inputs that lead nowhere', () => {
    const result = deadCode(sample())
    expect(kindsOf(result)).not.toContain('log')
    expect(result.inputs.map((input) => input.name)).toEqual(['x'])
  })

  it('keeps only what the wanted outputs and the updates need', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [2], 'float32')
    const mask = b.dataInput('mask', [2], 'float32')
    b.output('logits', b.exp(x))
    b.output('loss', b.sum(b.mul(x, mask), 0))
    b.probe('node/tanh', 'node', ['token'], b.tanh(x))
    const result = deadCode(b.build(), ['logits'])
    expect(kindsOf(result)).toEqual(['exp'])
    expect([...result.outputs.keys()]).toEqual(['logits'])
    expect(result.probes).toEqual([])
    expect(result.inputs.map((input) => input.name)).toEqual(['x'])
    expect(deadCode(b.build(), ['probe/node/tanh']).probes).toHaveLength(1)
  })

  it('refuses an output that is not there', () => {
    expect(() => deadCode(sample(), ['lost'])).toThrow('the program has no output lost')
  })
})

describe('commonSubexpressions', () => {
  it('shares the deviation that a layer norm’s gradient needs with the probe of it', () => {
    const count = (program: Program) => kindsOf(program).filter((kind) => kind === 'inverseDeviation').length
    expect(count(sample())).toBe(2)
    expect(count(commonSubexpressions(sample()))).toBe(1)
  })

  it('tells apart attributes, shapes, types and the sign of zero', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [2, 2], 'float32')
    const different = [
      b.sum(x, 0),
      b.sum(x, 1),
      b.mean(x, 0),
      b.standardise(x, 1e-5),
      b.standardise(x, 1e-3),
      b.constant(Float32Array.of(0)),
      b.constant(Float32Array.of(-0)),
      b.constant(Int32Array.of(0)),
      b.constant(Float32Array.of(0), [1, 1]),
      b.sub(x, b.constant(Float32Array.of(2))),
      b.sub(b.constant(Float32Array.of(2)), x),
    ]
    different.forEach((value, i) => b.output(`${i}`, value))
    expect(commonSubexpressions(b.build()).outputs).toEqual(b.build().outputs)
  })

  it('shares formulas of the same function and arguments alone', () => {
    const ramp = (size: number, slope: number, name: string) =>
      Float32Array.from({ length: size }, (_, i) => i * slope + name.length)
    const other = (size: number, slope: number, name: string) => ramp(size, slope, name)
    const b = new ProgramBuilder()
    const table = (make: typeof ramp, size: number, slope: number, name: string, shape = [size]) =>
      b.constant(formula(make, size, slope, name), shape)
    const different = [
      table(ramp, 4, 1, 'a'),
      table(ramp, 4, 2, 'a'),
      table(ramp, 4, 0, 'a'),
      table(ramp, 4, -0, 'a'),
      table(ramp, 4, NaN, 'a'),
      table(ramp, 4, 1, '1'),
      table(ramp, 4, 1, 'a", "b'),
      table(ramp, 4, 1, 'a', [2, 2]),
      table(other, 4, 1, 'a'),
    ]
    different.forEach((value, i) => b.output(`${i}`, value))
    b.output('same', table(ramp, 4, 1, 'a'))
    b.output('no number', table(ramp, 4, NaN, 'a'))
    const { outputs } = commonSubexpressions(b.build())
    expect(new Set(outputs.values()).size).toBe(different.length)
    expect([outputs.get('same'), outputs.get('no number')]).toEqual([different[0], different[4]])
  })

  it('maps chains of equal things and everything that refers to them', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [2], 'float32')
    const [first, second] = [b.exp(b.neg(x)), b.exp(b.neg(x))]
    b.output('first', first)
    b.output('second', second)
    b.probe('node/second', 'node', ['token'], second)
    const result = commonSubexpressions(b.build())
    expect(kindsOf(result)).toEqual(['neg', 'exp'])
    expect([...result.outputs.values()]).toEqual([first, first, first])
    expect(result.probes[0]?.value).toBe(first)
  })
})

describe('foldConstants', () => {
  it('computes what depends on constants alone', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [2], 'float32')
    b.output('y', b.add(x, b.sqrt(b.add(b.constant(1), b.constant(3)))))
    b.output('indices', b.argmax(b.oneHot(b.constant(Int32Array.of(2, 0)), 3)))
    const result = optimise(b.build())
    expect(kindsOf(result)).toEqual(['constant', 'add', 'constant'])
    expect(result.ops[0]).toMatchObject({ kind: 'constant', attributes: { data: Float32Array.of(2) } })
    expect(result.ops[2]).toMatchObject({ kind: 'constant', attributes: { data: Int32Array.of(2, 0) } })
  })

  it('leaves a large stretched constant to be stretched at each run', () => {
    const b = new ProgramBuilder()
    b.output('small', b.broadcast(b.constant(1), [8, 8]))
    b.output('large', b.broadcast(b.constant(1), [1024, 1024]))
    expect(kindsOf(optimise(b.build()))).toEqual(['constant', 'constant', 'broadcast'])
  })
})
