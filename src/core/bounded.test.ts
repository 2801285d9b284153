/** Bounds on plain data are checked before a schema runs, without visiting more than allowed. */
import { expect, it } from 'vitest'
import { z } from 'zod'
import { bounded, exceeded, exceededIn } from './bounded'

const bounds = { values: 10, characters: 20, levels: 3 }
const nested = (levels: number): unknown => Array.from({ length: levels }).reduce((inner: unknown) => [inner], 1)

it.each([
  [null, null],
  [Array(9).fill(1), null],
  [Array(10).fill(1), 'values'],
  [{ a: { b: { c: 1 } } }, null],
  [{ a: { b: { c: {} } } }, null],
  [{ a: { b: { c: { d: 1 } } } }, 'levels'],
  ['x'.repeat(20), null],
  ['x'.repeat(21), 'characters'],
  [{ ['x'.repeat(20)]: 'y' }, 'characters'],
])('counts values, characters and levels: %j', (value, beyond) => expect(exceeded(value, bounds)).toBe(beyond))

it('terminates on cyclic data and at any depth', () => {
  const ring: unknown[] = []
  ring.push(ring)
  expect(exceeded(ring, bounds)).toBe('levels')
  expect(exceeded(nested(300_000), bounds)).toBe('levels')
})

it('visits no more values than allowed', () => {
  let visited = 0
  const watched = new Proxy(Array<number>(1_000_000).fill(1), {
    get: (target, key) => (visited++, Reflect.get(target, key) as unknown),
  })
  expect(exceeded(watched, bounds)).toBe('values')
  expect(visited).toBeLessThan(20)
})

it.each([
  ['[[[[]]]]', null],
  ['[[[[[', 'levels'],
  ['[[[]],[[]],[[]]]', null],
  ['"[[[[[[[[\\"[[[,,,,,,,,,,,,"', null],
  ['["\\\\",[[[[[', 'levels'],
  ['["\\\\\\",[[[[["]', null],
  ['"[[[[[[[[', null],
  [`[${'1,'.repeat(9)}1]`, null],
  [`[${'1,'.repeat(10)}1]`, 'values'],
])('counts in JSON that is not parsed: %s', (json, beyond) => expect(exceededIn(json, bounds)).toBe(beyond))

it('stops before the schema runs', () => {
  let checked = 0
  const schema = bounded(z.array(z.unknown().refine(() => ++checked)), bounds)
  expect(schema.safeParse(Array(10).fill(1)).error?.issues[0]?.message).toBe('at most 10 values')
  expect(checked).toBe(0)
  expect(schema.parse(Array(9).fill(1))).toHaveLength(9)
  expect(checked).toBe(9)
})
