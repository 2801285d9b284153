import { describe, expect, it } from 'vitest'
import type { Signature } from '../signature'
import { TokenCounter } from './token-uses'

const signature: Signature = {
  ...{ aim: 'tokens', length: 3, vocabulary: 4, padded: true, classes: 2, causal: false },
  ...{ source: null, written: null, features: 0, scored: false },
}
const ids = (...values: number[]) => Int32Array.from(values)

describe('the uses of tokens', () => {
  it('are counted with the class of each, without padding and without repeated samples', () => {
    const counter = new TokenCounter(signature, 'tokens')
    const mask = Float32Array.of(1, 1, 1, 1, 1, 0, 1, 1, 1)
    const batch = { tokens: ids(1, 2, 1, 2, 1, 0, 3, 3, 3), mask, targets: ids(0, 1, 0, 1, 1, 0, 0, 0, 0) }
    counter.add(batch, 2)
    expect(counter.uses.counts).toEqual(ids(0, 3, 2, 0))
    expect(counter.uses.classes!.most).toEqual(ids(-1, 0, 1, -1))
    expect([...counter.uses.classes!.shares]).toEqual([0, Math.fround(2 / 3), 1, 0])
  })
  it('have the class of their sequences, where sequences have one', () => {
    const counter = new TokenCounter({ ...signature, aim: 'sequence' }, 'tokens')
    counter.add({ tokens: ids(1, 2, 2, 1, 3, 3), targets: ids(1, 0) }, 2)
    expect(counter.uses.counts).toEqual(ids(0, 2, 2, 2))
    expect(counter.uses.classes!.most).toEqual(ids(-1, 0, 1, 0)) // the lowest of equally frequent ones
    expect([...counter.uses.classes!.shares]).toEqual([0, 0.5, 1, 1])
  })
  it('have the class of scored tokens only', () => {
    const counter = new TokenCounter({ ...signature, scored: true }, 'tokens')
    counter.add({ tokens: ids(1, 1, 2), targets: ids(0, 1, 1), scored: Float32Array.of(0, 1, 0) }, 1)
    expect(counter.uses.counts).toEqual(ids(0, 2, 1, 0))
    expect(counter.uses.classes!.most).toEqual(ids(-1, 1, -1, -1))
  })
  it('have no class in a source, in next-token prediction, or where labels are several', () => {
    const source = { length: 2, vocabulary: 3, padded: false }
    const counter = new TokenCounter({ ...signature, source }, 'source')
    counter.add({ tokens: ids(1, 2, 1), targets: ids(0, 1, 0), source: ids(2, 1) }, 1)
    expect(counter.uses).toEqual({ counts: ids(0, 1, 1), classes: null })
    for (const other of [{ causal: true }, { aim: 'labels' as const }, { aim: 'number' as const }])
      expect(new TokenCounter({ ...signature, ...other }, 'tokens').uses.classes).toBeNull()
  })
})
