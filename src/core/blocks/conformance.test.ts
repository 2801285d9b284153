/**
 * Requirements on every block in the catalogue, for every choice of its settings: gradients agree with finite differences in float64,
 * padding does not change predictions, and documents survive saving.
 */
import { describe, expect, it } from 'vitest'
import { compile } from '../graph/compile'
import { parseLab } from '../lab/read'
import { interpret } from '../program/reference'
import { sizeOf } from '../program/shapes'
import { cases, feedsOf, modelWith, signatureFor, weightsOf } from './testing'

describe.each([
  ['padded', true],
  ['without padding', false],
])('%s', (_name, padded) => {
  it.each(cases)('%s %j: gradients agree with finite differences', (kind, settings) => {
    const signature = signatureFor(kind, padded)
    const document = modelWith(kind, settings)
    const train = compile(document, signature, { mode: 'train' })
    const start = weightsOf(train.states)
    const stepped = interpret(train, feedsOf(train), start)
    const loss = (states: Record<string, ArrayLike<number>>) =>
      interpret(train, feedsOf(train), states, ['loss']).get('loss')?.[0] ?? NaN
    const step = 1e-5
    for (const { name, value } of train.states.filter(({ trainable }) => trainable)) {
      const count = sizeOf(value.shape)
      for (const i of new Set([0, count - 1, Math.floor(count / 2)])) {
        const at = (offset: number): number => {
          const moved = Float64Array.from(start[name] ?? [])
          moved[i] = (moved[i] ?? NaN) + offset
          return loss({ ...start, [name]: moved })
        }
        const numeric = (at(step) - at(-step)) / (2 * step)
        const ours = (start[name]?.[i] ?? NaN) - (stepped.get(`update/${name}`)?.[i] ?? NaN) // one step of SGD at rate 1
        expect(Math.abs(ours - numeric), `${name}[${i}]`).toBeLessThan(1e-7 + 1e-6 * Math.abs(numeric))
      }
    }
  })
})

describe('padding', () => {
  it.each(cases)('%s %j: more of it does not change predictions', (kind, settings) => {
    const signature = signatureFor(kind, true)
    const logits = (length: number, sourceLength: number): number[] => {
      const programOf = (longest: number) =>
        compile(
          modelWith(kind, settings),
          { ...signature, length: longest, source: signature.source && { ...signature.source, length: sourceLength } },
          { mode: 'infer', batch: 1 },
        )
      const program = programOf(length)
      // The same first positions for both lengths.
      const { 'position/positions': positions, ...others } = weightsOf(programOf(9).states)
      const used = weightsOf(program.states)['position/positions']?.length
      const states = { ...others, ...(positions && { 'position/positions': Array.from(positions).slice(0, used) }) }
      const pad = (values: number[], to: number) => [...values, ...new Array<number>(to - values.length).fill(0)]
      const feeds = {
        ...feedsOf(program),
        tokens: pad([1, 3, 2, 4], length),
        mask: pad([1, 1, 1, 1], length),
        source: pad([3, 1, 2], sourceLength),
        sourceMask: pad([1, 1, 1], sourceLength),
      }
      const result = interpret(program, feeds, states, ['logits']).get('logits')
      const rows = signature.aim === 'tokens' ? 3 : 1
      return [...(result ?? [])].slice(0, rows * signature.classes)
    }
    const short = logits(4, 4)
    expect(short.length).toBeGreaterThan(0)
    logits(9, 7).forEach((value, i) => expect(value).toBeCloseTo(short[i] ?? NaN, 9))
  })
})

describe('saving', () => {
  it.each(cases)('%s %j restores the document', (kind, settings) => {
    const document = modelWith(kind, settings)
    expect(parseLab(JSON.stringify(document))).toEqual(document)
  })
})
