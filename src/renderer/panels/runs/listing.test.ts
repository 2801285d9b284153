import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noLabel, type RunLabel } from '@core/contract/run-label'
import type { RunOverview, RunState } from '@core/contract/runs'
import { noPoints } from '@core/series/series'
import { statusOf } from '../../testing/fake-host'
import { listRuns, nameOf, tagsOf, type Listing } from './listing'

const titleOf = ({ title }: RunOverview): string => title as string
interface Said extends Partial<RunLabel> {
  readonly title?: string
  readonly state?: RunState
  readonly loss?: number
  readonly accuracy?: number
  readonly from?: string
}
function run(id: string, { title = 'Lab', state = 'finished', loss, accuracy, from, ...label }: Said = {}): RunOverview {
  const forkedFrom = from === undefined ? undefined : { run: from, step: 5 }
  const metrics: Record<string, number> = accuracy === undefined ? {} : { accuracy }
  const evaluation = loss === undefined && accuracy === undefined ? null : { step: 1, loss: loss ?? NaN, metrics }
  return {
    ...{ status: statusOf(id, { state, forkedFrom }), title, task: 'reverse', begun: null, loss: null, evaluation },
    ...{ curve: noPoints, label: { ...noLabel, ...label } },
  }
}
const all: Listing = { text: '', state: 'any', tag: null, starred: false, order: 'date', grouping: 'none' }
const rows = (runs: readonly RunOverview[], change: Partial<Listing> = {}) =>
  listRuns(runs, { ...all, ...change }, titleOf).map(({ name, rows: found }) => [
    name,
    ...found.map(({ overview, depth }) => '·'.repeat(depth) + overview.status.run),
  ])
const ids = (runs: readonly RunOverview[], change: Partial<Listing> = {}) =>
  rows(runs, change).flatMap(([, ...found]) => found as string[])

describe('the filter of the list of runs', () => {
  const runs = [
    run('a', { title: 'Reverse', name: 'Two heads', tags: ['heads'] }),
    run('b', { title: 'Sort', note: 'with RoPE', starred: true, state: 'failed' }),
    run('c', { title: 'Reverse', tags: ['heads', 'class'], starred: true, state: 'running' }),
  ]
  it.each([
    ['everything without conditions', {}, ['a', 'b', 'c']],
    ['the lab', { text: 'reverse' }, ['a', 'c']],
    ['the name, in any case', { text: 'TWO' }, ['a']],
    ['the note', { text: 'rope' }, ['b']],
    ['a tag', { text: 'class' }, ['c']],
    ['all words, each anywhere', { text: ' heads  reverse two ' }, ['a']],
    ['a state', { state: 'failed' }, ['b']],
    ['runs in progress', { state: 'active' }, ['c']],
    ['exactly a tag', { tag: 'heads' }, ['a', 'c']],
    ['stars', { starred: true }, ['b', 'c']],
    ['all conditions at once', { starred: true, tag: 'heads', text: 'rev' }, ['c']],
    ['nothing', { text: 'nothing' }, []],
  ] as const)('finds %s', (_, change, found) => {
    expect(ids(runs, change)).toEqual(found)
  })

  it('takes runs without a label as they are', () => {
    const bare: RunOverview = { ...run('x'), label: undefined }
    expect(ids([bare])).toEqual(['x'])
    expect(nameOf(bare, titleOf)).toBe('Lab')
    expect(tagsOf([bare, ...runs])).toEqual(['class', 'heads'])
  })
})

describe('the order of the list of runs', () => {
  const runs = [run('a', { loss: 2, accuracy: 0.5, name: 'm' }), run('b'), run('c', { loss: 1, accuracy: 0.9, name: 'z' }), run('d', { accuracy: 0.7, name: 'k' })] // prettier-ignore
  it.each([
    ['date', ['a', 'b', 'c', 'd']],
    ['loss', ['c', 'a', 'b', 'd']],
    ['accuracy', ['c', 'd', 'a', 'b']],
    ['name', ['d', 'b', 'a', 'c']],
  ] as const)('by %s, with runs that lack the figure last', (order, found) => {
    expect(ids(runs, { order })).toEqual(found)
  })
})

describe('groups of runs', () => {
  const runs = [
    run('a', { title: 'Sort', tags: ['x', 'y'] }),
    run('b', { title: 'Add' }),
    run('c', { title: 'Sort', tags: ['y'] }),
  ]
  it('are labs in alphabetical order', () => {
    expect(rows(runs, { grouping: 'lab' })).toEqual([
      ['Add', 'b'],
      ['Sort', 'a', 'c'],
    ])
  })
  it('are tags, with a run under each of its tags, and runs without one last', () => {
    expect(rows(runs, { grouping: 'tag' })).toEqual([
      ['x', 'a'],
      ['y', 'a', 'c'],
      [null, 'b'],
    ])
  })
})

describe('the tree of forks', () => {
  const runs = [
    run('e', { from: 'c' }),
    run('d', { from: 'a' }),
    run('c', { from: 'a' }),
    run('b'),
    run('a'),
    run('f', { from: 'gone' }),
  ]
  it('has each fork below the run it left, indented', () => {
    expect(ids(runs)).toEqual(['b', 'a', '·d', '·c', '··e', 'f'])
  })
  it('takes a fork whose origin is filtered away as a run of its own', () => {
    const tagged = [run('d', { from: 'c', tags: ['t'] }), run('c', { from: 'a' }), run('a', { tags: ['t'] })]
    expect(ids(tagged, { tag: 't' })).toEqual(['d', 'a'])
  })
  it('gives way to the best runs first', () => {
    expect(
      ids([run('b', { from: 'a', loss: 1 }), run('a', { loss: 2 }), run('c', { from: 'b', loss: 3 })], { order: 'loss' }),
    ).toEqual(['b', 'a', 'c'])
  })
  it('lists each run exactly once, whatever the records say', () => {
    const parents = fc.array(fc.nat({ max: 12 }), { maxLength: 12 })
    fc.assert(
      fc.property(parents, (from) => {
        const listed = ids(from.map((parent, index) => run(`${index}`, { from: `${parent}` })))
        expect(listed.map((id) => id.replace(/·/g, '')).toSorted()).toEqual(from.map((_, index) => `${index}`).toSorted())
      }),
    )
  })
})
