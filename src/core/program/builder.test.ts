/** The builder writes what it is told, once, and refuses what contradicts itself. */
import { describe, expect, it } from 'vitest'
import { ProgramBuilder } from './builder'
import { formula } from './constants'
import type { Emitter } from './emitter'
import { optimise } from './passes'
import { interpret } from './reference'

const weight = (name: string, shape: readonly number[]): Parameters<Emitter['state']>[0] => ({
  name,
  block: 'linear',
  role: 'weight',
  shape,
  initialiser: { kind: 'zeros' },
  trainable: true,
  decay: true,
})

describe('ProgramBuilder', () => {
  it('stamps operations with the block and phase they were written in, also after an error', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [2], 'float32')
    b.withBlock('outer', () => {
      b.exp(x)
      b.withPhase('update', () => b.withBlock('inner', () => b.log(x)))
      expect(() => b.withBlock('broken', () => b.matmul(x, x))).toThrow('takes matrices')
      b.tanh(x)
    })
    b.neg(x)
    expect(b.ops.map(({ kind, block, phase }) => [kind, block, phase])).toEqual([
      ['exp', 'outer', 'forward'],
      ['log', 'inner', 'update'],
      ['tanh', 'outer', 'forward'],
      ['neg', '', 'forward'],
    ])
  })

  it('gives the same value for the same name and refuses another shape or type', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('tokens', [2, 3], 'int32')
    expect(b.dataInput('tokens', [2, 3], 'int32')).toBe(x)
    expect(() => b.dataInput('tokens', [2, 4], 'int32')).toThrow('tokens: asked for as (2, 4), first as (2, 3)')
    expect(() => b.dataInput('tokens', [2, 3], 'float32')).toThrow('tokens')
    const w = b.state(weight('linear/weight', [3, 4]))
    expect(b.state(weight('linear/weight', [3, 4]))).toBe(w)
    expect(() => b.state(weight('linear/weight', [4, 3]))).toThrow('linear/weight: asked for as (4, 3), first as (3, 4)')
    expect(b.build().states).toHaveLength(1)
    expect(b.build().inputs).toHaveLength(1)
  })

  it('keeps what belongs to each kind of input', () => {
    const b = new ProgramBuilder()
    b.scalarInput('learningRate')
    b.gateInput('mha/heads', 'mha', [4])
    b.dropoutInput('drop/mask', 'drop', [2, 3], 0.1)
    expect(b.build().inputs).toMatchObject([
      { name: 'learningRate', kind: 'scalar', value: { shape: [], dtype: 'float32' } },
      { name: 'mha/heads', kind: 'gate', block: 'mha', value: { shape: [4] } },
      { name: 'drop/mask', kind: 'dropout', block: 'drop', rate: 0.1, value: { shape: [2, 3] } },
    ])
  })

  it('takes numbers as operands in the type of the other', () => {
    const b = new ProgramBuilder()
    const tokens = b.dataInput('tokens', [3], 'int32')
    expect(b.add(tokens, 2).dtype).toBe('int32')
    expect(b.equal(0, tokens).dtype).toBe('float32')
    expect(b.where(tokens, 1, 0).dtype).toBe('float32')
    expect(b.sub(3, 2).shape).toEqual([])
  })

  it('writes nothing for what changes nothing', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [2, 3], 'float32')
    const results = [
      b.add(x, 0),
      b.add(0, x),
      b.sub(x, 0),
      b.mul(x, 1),
      b.mul(1, x),
      b.div(x, 1),
      b.reshape(x, [2, 3]),
      b.broadcast(x, [2, 3]),
      b.transpose(x, [0, -1]),
      b.slice(x, [0, 0], [2, 3]),
      b.pad(x, [0, 0], [0, 0]),
      b.cast(x, 'float32'),
      b.concat([x], 0),
      b.sum(x, []),
    ]
    expect(results.every((value) => value === x)).toBe(true)
    expect(b.ops).toHaveLength(0)
    expect(b.sub(0, x)).not.toBe(x)
    expect(b.div(1, x)).not.toBe(x)
  })

  it('counts negative axes from the end and refuses ones that are not there', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [2, 3, 4], 'float32')
    expect(b.sum(x, [-1, 0, 2]).shape).toEqual([3])
    expect(b.max(x, -2, true).shape).toEqual([2, 1, 4])
    expect(b.concat([x, x], -1).shape).toEqual([2, 3, 8])
    expect(() => b.mean(x, 3)).toThrow(new RangeError('no axis 3 in a value of rank 3'))
    expect(() => b.concat([x, x], -4)).toThrow('no axis -4')
  })

  it('fills constants and refuses data that does not', () => {
    const b = new ProgramBuilder()
    b.output('filled', b.constant(2, [2, 2]))
    b.output('given', b.constant(Int32Array.of(1, 2), [2, 1]))
    expect(interpret(b.build(), {}, {})).toEqual(
      new Map([
        ['filled', Float64Array.of(2, 2, 2, 2)],
        ['given', Float64Array.of(1, 2)],
      ]),
    )
    expect(() => b.constant(Float32Array.of(1, 2, 3), [2])).toThrow('constant: 3 numbers do not fill (2)')
  })

  it('makes the numbers of a formula only when they are asked for, and as many as its shape holds', () => {
    let made = 0
    const squares = (from: number, to: number): Float32Array => {
      made++
      return Float32Array.from({ length: to - from }, (_, i) => (from + i) ** 2)
    }
    const b = new ProgramBuilder()
    b.output('squares', b.constant(formula(squares, 2, 6), [2, 2]))
    const program = optimise(b.build())
    expect(made).toBe(0)
    expect(interpret(program, {}, {}).get('squares')).toEqual(Float64Array.of(4, 9, 16, 25))
    b.output('too few', b.constant(formula(squares, 2, 5), [2, 2]))
    expect(() => interpret(b.build(), {}, {})).toThrow('constant: 3 numbers do not fill (2, 2)')
  })

  it('declares outputs, probes and updates once', () => {
    const b = new ProgramBuilder()
    const w = b.state(weight('linear/weight', [3]))
    b.output('loss', w)
    expect(() => b.output('loss', w)).toThrow('output loss is declared twice')
    b.probe('mha/weights', 'mha', ['key'], w)
    expect(b.build().outputs.get('probe/mha/weights')).toBe(w)
    expect(() => b.probe('mha/other', 'mha', ['query', 'key'], w)).toThrow('2 axis names for the shape (3)')
    b.update('linear/weight', b.neg(w))
    expect(() => b.update('linear/weight', w)).toThrow('declared twice')
    expect(() => b.update('linear/bias', w)).toThrow('no such state')
    b.state(weight('linear/bias', [1]))
    expect(() => b.update('linear/bias', w)).toThrow('(3) instead of (1)')
  })

  it('finds the operation behind a value', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [2], 'float32')
    const y = b.exp(x)
    expect(b.producer(y)).toBe(b.ops[0])
    expect(b.producer(x)).toBeUndefined()
  })
})
