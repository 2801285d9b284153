/** What the interpreter gives, and what it refuses. */
import { describe, expect, it } from 'vitest'
import { ProgramBuilder } from './builder'
import { interpret } from './reference'

function counter(): ProgramBuilder {
  const b = new ProgramBuilder()
  const count = b.state({
    name: 'node/count',
    block: 'node',
    role: 'buffer',
    shape: [2],
    initialiser: { kind: 'zeros' },
    trainable: false,
    decay: false,
  })
  b.output('double', b.mul(count, 2))
  b.update('node/count', b.add(count, b.dataInput('x', [2], 'float32')))
  return b
}

describe('interpret', () => {
  it('gives outputs under their names and updates as update/STATE', () => {
    const result = interpret(counter().build(), { x: [1, 2] }, { 'node/count': [10, 20] })
    expect(Object.fromEntries(result)).toEqual({
      double: Float64Array.of(20, 40),
      'update/node/count': Float64Array.of(11, 22),
    })
  })

  it('gives only what is wanted', () => {
    const result = interpret(counter().build(), { x: [1, 2] }, { 'node/count': [0, 0] }, ['double'])
    expect([...result.keys()]).toEqual(['double'])
  })

  it('refuses missing and misshapen feeds and unknown names', () => {
    const program = counter().build()
    expect(() => interpret(program, {}, { 'node/count': [0, 0] })).toThrow('x is not fed')
    expect(() => interpret(program, { x: [1, 2] }, {})).toThrow('node/count is not fed')
    expect(() => interpret(program, { x: [1] }, { 'node/count': [0, 0] })).toThrow('x: 1 numbers for the shape (2)')
    expect(() => interpret(program, { x: [1, 2] }, { 'node/count': [0, 0] }, ['lost'])).toThrow('no output lost')
  })

  it('refuses a program whose order is wrong', () => {
    const b = new ProgramBuilder()
    b.output('y', b.exp(b.neg(b.dataInput('x', [1], 'float32'))))
    const program = b.build()
    expect(() => interpret({ ...program, ops: [...program.ops].reverse() }, { x: [1] }, {})).toThrow(
      'exp: value 1 is used before it is computed',
    )
  })
})
