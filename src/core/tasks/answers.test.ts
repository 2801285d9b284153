/** The targets of every task, recomputed from the model's inputs by independent means. */
import { describe, expect, it } from 'vitest'
import { createTask } from './index'
import { readBatch, type ReadSample } from './read'

/** Some thousand training samples and the whole validation set. */
function samples(kind: string, params: Readonly<Record<string, unknown>> = {}, count = 3000): ReadSample[] {
  const task = createTask({ kind, params }, null)
  const { validation } = task.spec
  return [task.trainBatch(5, 1, count), task.evaluationBatch(0, validation)].flatMap((batch) => readBatch(task.spec, batch))
}
const share = (all: readonly ReadSample[], is: (sample: ReadSample) => boolean): number => all.filter(is).length / all.length

describe('sort', () => {
  it('orders the letters', () => {
    for (const { tokens, targets } of samples('sort')) expect(targets.join('')).toBe(tokens.toSorted().join(''))
  })
})

describe.each([
  ['copy', { symbols: 4 }],
  ['copy', {}],
])('%s %j', (kind, params) => {
  it('gives the decoder the previous letters as input, with the next letter or the end as target', () => {
    for (const { source, tokens, targets } of samples(kind, params)) {
      expect(tokens).toEqual(['«', ...source])
      expect(targets).toEqual([...source, '»'])
    }
  })
})

describe('first-token', () => {
  it.each([8, 32, 128])('has the first of %d tokens as target, at the last', (length) => {
    const all = samples('first-token', { length }, 500)
    for (const { tokens, targets } of all) {
      expect(tokens).toHaveLength(length)
      expect(tokens.indexOf('?')).toBe(length - 1)
      expect(targets).toEqual([tokens[0]])
    }
    expect(new Set(all.flatMap(({ targets }) => targets)).size).toBe(8)
  })
})

describe('associative-recall', () => {
  it('has as target the digit after the single earlier occurrence of the letter', () => {
    for (const { tokens, targets } of samples('associative-recall')) {
      const asked = tokens.at(-1)!
      expect(/^(?:[a-j]\d){5}[a-j]$/.test(tokens.join(''))).toBe(true)
      expect(tokens.slice(0, -1).filter((token) => token === asked)).toHaveLength(1)
      expect(targets).toEqual([tokens[tokens.indexOf(asked) + 1]])
    }
  })
  it('queries all pairs equally often', () => {
    const all = samples('associative-recall')
    for (let pair = 0; pair < 5; pair++) {
      expect(share(all, ({ tokens }) => tokens.indexOf(tokens.at(-1)!) === 2 * pair)).toBeCloseTo(0.2, 1)
    }
  })
})

describe('induction', () => {
  it.each([{}, { length: 8, symbols: 8 }, { length: 128, symbols: 64 }])(
    'scores only letters seen before, with their successor as target: %j',
    (params) => {
      const all = samples('induction', params, 300)
      for (const { tokens, targets, scored } of all) {
        tokens.forEach((token, place) => {
          const before = tokens.lastIndexOf(token, place - 1)
          const seen = place > 0 && before >= 0
          expect(scored[place]).toBe(Number(seen))
          if (seen) expect(targets[place]).toBe(tokens[before + 1])
          if (place + 1 < tokens.length) expect(targets[place]).toBe(tokens[place + 1])
        })
        expect(scored.reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(tokens.length / 2)
      }
    },
  )
})

describe('adding', () => {
  it.each([4, 7, 128])('adds the two marked of %d numbers, one per half', (length) => {
    for (const { tokens, features, targets } of samples('adding', { length }, 500)) {
      const pairs = Array.from({ length }, (_, place) => features.slice(2 * place, 2 * place + 2))
      const marked = pairs.flatMap(([, mark], place) => (mark === 1 ? [place] : []))
      expect(marked).toHaveLength(2)
      expect(marked[0]! < Math.floor(length / 2) && marked[1]! >= Math.floor(length / 2)).toBe(true)
      expect(targets[0]).toBeCloseTo(
        pairs.reduce((sum, [number, mark]) => sum + number! * mark!, 0),
        6,
      )
      expect(tokens).toEqual(pairs.map(([, mark]) => (mark === 1 ? '+' : '·')))
      expect(pairs.every(([number]) => number! >= 0 && number! <= 1)).toBe(true)
    }
  })
  it('has a mean squared error of 1/6 for always predicting 1', () => {
    const sums = samples('adding', {}, 20_000).map(({ targets }) => targets[0] as number)
    const error = sums.reduce((total, sum) => total + (sum - 1) ** 2, 0) / sums.length
    expect(error).toBeCloseTo((2 * (101 ** 2 - 1)) / (12 * 100 ** 2), 2) // two uniform numbers of 101 steps
  })
})

describe('parity', () => {
  it('is even if the ones can be paired', () => {
    for (const { tokens, targets } of samples('parity')) {
      const left = tokens.join('').replaceAll('0', '').replaceAll('11', '')
      expect(targets).toEqual([left === '' ? 'even' : 'odd'])
    }
  })
})

describe('modular-addition', () => {
  it.each([3, 23])('adds like a clock with %d hours', (modulus) => {
    for (const { tokens, targets } of samples('modular-addition', { modulus })) {
      const [a, plus, b, equals] = tokens
      expect([plus, equals]).toEqual(['+', '='])
      let hand = Number(a)
      for (let hour = 0; hour < Number(b); hour++) hand = hand === modulus - 1 ? 0 : hand + 1
      expect(targets).toEqual([String(hand)])
    }
  })
  it.each([10, 60, 90])('trains on %d percent of all sums and validates on the rest', (trained) => {
    const { spec } = createTask({ kind: 'modular-addition', params: { trained } }, null)
    expect(spec.validation).toBe(Math.ceil(23 ** 2 * (1 - trained / 100)))
  })
  it('has at least one training and one validation sum, even with the fewest sums', () => {
    for (const trained of [10, 90]) {
      const task = createTask({ kind: 'modular-addition', params: { modulus: 3, trained } }, null)
      expect(task.spec.validation).toBe(trained === 10 ? 8 : 1)
      const texts = (batch: Parameters<typeof readBatch>[1]) => readBatch(task.spec, batch).map(({ tokens }) => tokens.join(''))
      const validation = texts(task.evaluationBatch(0, task.spec.validation))
      expect(new Set([...validation, ...texts(task.trainBatch(1, 0, 200))]).size).toBe(9)
      expect(texts(task.trainBatch(1, 0, 200)).some((text) => validation.includes(text))).toBe(false)
    }
  })
})

describe('brackets', () => {
  it.each([1, 2, 3])('is balanced if removing pairs leaves nothing, with %d kinds', (kinds) => {
    const all = samples('brackets', { kinds })
    for (const { tokens, targets } of all) {
      let left = tokens.join('')
      for (let before = ''; before !== left;) {
        before = left
        left = left.replace(/\(\)|\[\]|\{\}/g, '')
      }
      expect(targets).toEqual([left === '' ? 'balanced' : 'unbalanced'])
    }
    // With one kind there are few likely balanced sequences, so those held out shift the training distribution more.
    const balanced = share(all, ({ targets }) => targets[0] === 'balanced')
    expect(Math.abs(balanced - 0.5)).toBeLessThan(kinds === 1 ? 0.1 : 0.04)
    expect(new Set(all.map(({ tokens }) => tokens.length))).toEqual(new Set([2, 4, 6, 8, 10, 12, 14, 16]))
  })
  it.each([1, 2, 3])(
    'cannot be solved by counting brackets: with %d kinds, the best guess from counts is right half of the time',
    (kinds) => {
      const task = createTask({ kind: 'brackets', params: { kinds } }, null)
      const draw = (step: number): ReadSample[] => readBatch(task.spec, task.trainBatch(5, step, 6000))
      const bag = ({ tokens }: ReadSample): string => tokens.toSorted().join('')
      const surplus = new Map<string, number>()
      for (const sample of draw(1)) {
        surplus.set(bag(sample), (surplus.get(bag(sample)) ?? 0) + (sample.targets[0] === 'balanced' ? 1 : -1))
      }
      const isRight = (sample: ReadSample): boolean =>
        (surplus.get(bag(sample)) ?? 0) > 0 === (sample.targets[0] === 'balanced')
      expect(share(draw(2), isRight)).toBeLessThan(0.55)
    },
  )
})
