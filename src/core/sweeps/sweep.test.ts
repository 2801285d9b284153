import { describe, expect, it } from 'vitest'
import { firstModel } from '../graph/testing'
import { parseSweep, pointsOf, readSweep, settingNames } from './sweep'

const read = (text: string) => readSweep(parseSweep(text, 'sweep.json'))

const lab = firstModel()
const file = (search: object, change: object = {}): string =>
  JSON.stringify({
    ...{ format: 'attention-lab-sweep', version: 1, title: 'Rates', lab, search, seeds: [1, 2], steps: 5, measures: ['loss'] },
    ...change,
  })
const rate = { node: null, setting: 'learningRate' }
const width = { node: 'embedding', setting: 'width' }
const values = (search: object) => pointsOf(read(file(search))).map((point) => point.values)

describe('a sweep', () => {
  it('as a grid has every combination, the last setting changing fastest', () => {
    const grid = {
      kind: 'grid',
      settings: [
        { ...rate, values: [0.1, 0.2] },
        { ...width, values: [8, 16] },
      ],
    }
    expect(values(grid)).toEqual([[0.1, 8], [0.1, 16], [0.2, 8], [0.2, 16]]) // prettier-ignore
    const sweep = read(file(grid))
    expect(settingNames(sweep)).toEqual(['learningRate', 'embedding.width'])
    const last = pointsOf(sweep).at(-1)!.lab
    expect(last.training.learningRate).toBe(0.2)
    expect(last.graph.nodes.find(({ id }) => id === 'embedding')!.params['width']).toBe(16)
  })

  it('as a list has its rows', () => {
    expect(values({ kind: 'list', settings: [rate, width], rows: [[0.3, 8], [0.1, 32]] })).toEqual([[0.3, 8], [0.1, 32]]) // prettier-ignore
  })

  it('at random draws from values and between ends, the same for the same seed', () => {
    const random = (seed: number) =>
      values({
        ...{ kind: 'random', count: 50, seed },
        settings: [
          { ...rate, from: 0.0001, to: 1, scale: 'log' },
          { ...width, from: 4, to: 64, whole: true },
        ],
      })
    const drawn = random(3)
    expect(random(3)).toEqual(drawn)
    expect(random(4)).not.toEqual(drawn)
    const rates = drawn.map(([first]) => first as number)
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(0.0001)
    expect(Math.max(...rates)).toBeLessThanOrEqual(1)
    expect(rates.filter((each) => each < 0.01).length).toBeGreaterThan(12) // half of the orders of magnitude
    expect(drawn.every(([, each]) => Number.isInteger(each))).toBe(true)
  })

  it.each([
    ['no JSON', '{', 'sweep.invalid'],
    ['another format', JSON.stringify({ format: 'attention-lab' }), 'sweep.invalid'],
    [
      'too many combinations',
      file({
        kind: 'grid',
        settings: [
          { ...rate, values: Array(100).fill(0.1) },
          { ...width, values: [1, 2, 3] },
        ],
      }),
      'sweep.invalid',
    ],
    ['rows of another length', file({ kind: 'list', settings: [rate], rows: [[1, 2]] }), 'sweep.invalid'],
    [
      'ends in the wrong order',
      file({ kind: 'random', count: 1, seed: 1, settings: [{ ...rate, from: 1, to: 0 }] }),
      'sweep.invalid',
    ],
    [
      'zero on a logarithmic scale',
      file({ kind: 'random', count: 1, seed: 1, settings: [{ ...rate, from: 0, to: 1, scale: 'log' }] }),
      'sweep.invalid',
    ],
    ['an unknown block', file({ kind: 'grid', settings: [{ node: 'none', setting: 'width', values: [1] }] }), 'sweep.setting'],
    [
      'an unknown setting',
      file({ kind: 'grid', settings: [{ node: 'embedding', setting: 'depth', values: [1] }] }),
      'sweep.setting',
    ],
    ['a value that is not allowed', file({ kind: 'grid', settings: [{ ...rate, values: [-1] }] }), 'sweep.setting'],
  ])('with %s is refused', (_, text, code) => {
    expect(() => pointsOf(read(text))).toThrow(expect.objectContaining({ code }) as Error)
  })
})
