/** Every metric agrees with scikit-learn on random predictions, and every task has its metrics. */
import { describe, expect, it } from 'vitest'
import type { Batch } from '../tasks/types'
import { majorityBaseline } from './baseline'
import { classFigures } from './classes'
import { ConfusionCounts } from './confusion'
import { Counts, type AnswerShape } from './counts'
import { accuracy, f1, f1Micro, precision, recall } from './definitions'
import fixture from './fixtures/metrics.json'
import { currentName, currentNames } from './names'
import { Sums, type MeasuredTask } from './sums'
import { measured, metricNames, metricsOf } from './table'
import { untilEnd } from './written'

interface Case {
  readonly name: string
  readonly task: Pick<AnswerShape, 'aim' | 'length' | 'classes'>
  readonly targets: readonly number[]
  readonly predictions: readonly number[]
  readonly mask?: readonly number[]
  readonly scored?: readonly number[]
  readonly metrics: Readonly<Record<string, number>>
  readonly baseline: Readonly<Record<string, number>>
  readonly byClass?: Readonly<Record<'precision' | 'recall' | 'f1', readonly number[]>>
  /** (target, prediction) */
  readonly confusion?: readonly (readonly number[])[]
  /** (label, is target, is predicted) */
  readonly labelConfusion?: readonly (readonly (readonly number[])[])[]
}
const cases = fixture.cases as readonly Case[]
const { tolerance } = fixture
const plain = { causal: false, written: null }

/** A task of this shape, with the classes a, b, c, … */
function taskOf(shape: AnswerShape): MeasuredTask {
  const classes = Array.from({ length: shape.classes }, (_, id) => String.fromCharCode(97 + id))
  const sizes = { vocabulary: classes.length, padded: true, source: null, features: 0, scored: false }
  return {
    signature: { ...sizes, ...shape },
    tokeniser: { kind: 'longest-match', vocabulary: classes, signs: 0, spaces: 'none' },
    classes,
  }
}

/** Rows of a case as batches, the last one padded. */
function batchesOf({ task: { aim, length, classes }, targets, mask, scored }: Case, size: number): Batch[] {
  const each = aim === 'tokens' ? length : aim === 'labels' ? classes : 1
  const rows = targets.length / each
  const cut = (values: ArrayLike<number>, first: number, width: number) =>
    Float32Array.from({ length: size * width }, (_, i) => values[first * width + i] ?? 0)
  const real = mask ?? new Array<number>(rows * length).fill(1)
  return Array.from({ length: Math.ceil(rows / size) }, (_, index) => ({
    tokens: new Int32Array(size * length),
    targets: cut(targets, index * size, each),
    ...(scored ? { scored: cut(scored, index * size, length) } : { mask: cut(real, index * size, length) }),
  }))
}

/** Tolerance for float32 targets. */
const close = (values: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, expect.closeTo(value, 6) as number]))

describe.each(cases)('$name', (each) => {
  const task = { ...plain, ...each.task }
  const added = (size: number): Sums => {
    const sums = new Sums(taskOf(task), tolerance)
    const width = each.targets.length / (batchesOf(each, 1).length || 1)
    batchesOf(each, size).forEach((batch, index) => {
      const from = index * size * width
      sums.add(
        batch,
        Float32Array.from(batch.targets, (_, i) => each.predictions[from + i] ?? 0),
        0,
      )
    })
    return sums
  }
  const counted = (size: number): Counts => added(size).counts

  const expected = (values: Case['metrics']) => close(Object.fromEntries(metricsOf(task).map((name) => [name, values[name]!])))

  it.each([1, 3, 100])('has the metrics of scikit-learn, in batches of %d', (size) => {
    expect(measured(added(size))).toEqual(expected(each.metrics))
  })
  it('has a micro F1 equal to the accuracy for single classes', () => {
    const counts = counted(3)
    if (each.task.aim !== 'number') expect(f1Micro(counts)).toBeCloseTo(each.metrics['f1Micro']!, 9)
    if (each.task.aim === 'tokens' || each.task.aim === 'sequence') expect(f1Micro(counts)).toBeCloseTo(accuracy(counts), 9)
  })
  it('has precision, recall and F1 of each class', () => {
    const counts = counted(3)
    const classes = [...counts.support.keys()]
    const figures = classFigures(counts)
    expect(figures.map(({ support }) => support)).toEqual(each.task.aim === 'number' ? [] : [...counts.support])
    for (const name of ['precision', 'recall', 'f1'] as const) {
      expect(figures.map((figure) => figure[name])).toEqual(
        each.byClass?.[name].map((value) => expect.closeTo(value, 9) as number) ?? [],
      )
    }
    const found = { precision, recall, f1 }
    for (const [name, values] of Object.entries(each.byClass ?? {})) {
      expect(classes.map((of) => found[name as keyof typeof found](counts, of))).toEqual(
        values.map((value) => expect.closeTo(value, 9) as number),
      )
    }
  })
  it('has the baseline of the constant prediction', () => {
    expect(majorityBaseline(taskOf(task), tolerance, () => batchesOf(each, 3))).toEqual(expected(each.baseline))
  })
  it.runIf(each.task.aim !== 'number')('has the confusion matrix', () => {
    const counts = new ConfusionCounts(task)
    const batches = batchesOf(each, 3)
    const width = each.targets.length / batchesOf(each, 1).length
    const rows = each.targets.length / width
    batches.forEach((batch, index) => {
      const predictions = Array.from(batch.targets, (_, i) => each.predictions[index * 3 * width + i] ?? 0)
      counts.add(batch, predictions, index * 3, Math.min(3, rows - index * 3))
    })
    const { classes, cells, total } = counts.summary(taskOf(task).classes)
    expect([total, classes.length]).toEqual([task.classes, task.classes])
    const matrix = classes.map(() => classes.map(() => 0))
    for (const { target, prediction, count } of cells) matrix[target]![prediction] = count
    if (task.aim !== 'labels') expect(matrix).toEqual(each.confusion ?? [])
    const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)
    classes.forEach(({ hit, missed, spurious }, of) => {
      const label = each.labelConfusion?.[of]
      const right = label ? label[1]![1]! : matrix[of]![of]!
      const isTarget = label ? sum(label[1]!) : sum(matrix[of]!)
      const isPredicted = label ? label[0]![1]! + right : sum(matrix.map((row) => row[of]!))
      expect([hit.count, missed.count, spurious.count]).toEqual([right, isTarget - right, isPredicted - right])
    })
    for (const name of ['precision', 'recall', 'f1'] as const)
      expect(classes.map((figure) => figure[name])).toEqual(
        each.byClass?.[name].map((value) => expect.closeTo(value, 9) as number) ?? [],
      )
  })
})

describe('free-running generation', () => {
  const task = { aim: 'tokens', length: 4, classes: 10, causal: true, written: { begin: 1, end: 2 } } as const
  const batchOf = (targets: number[], mask: number[]): Batch => ({
    tokens: new Int32Array(targets.length),
    targets: Int32Array.from(targets),
    mask: Float32Array.from(mask),
  })
  const counted = (targets: number[], mask: number[], predictions: number[]) => {
    const [batch, counts] = [batchOf(targets, mask), new Counts(task)]
    counts.add(batch, untilEnd(task, batch, predictions))
    const { answers, right, sequences, exact } = counts
    return { answers, right, sequences, exact }
  }

  it('is counted by token, and by sequence up to its end', () => {
    const [targets, mask] = [
      [5, 6, 2, 0, 7, 8, 9, 2],
      [1, 1, 1, 0, 1, 1, 1, 1],
    ]
    expect(counted(targets, mask, [5, 6, 2, 9, 7, 3, 9, 2])).toEqual({ answers: 7, right: 6, sequences: 2, exact: 1 })
  })
  it('has no correct tokens after the generated end', () => {
    expect(counted([5, 6, 7, 2], [1, 1, 1, 1], [5, 2, 7, 2])).toEqual({ answers: 4, right: 1, sequences: 1, exact: 0 })
  })
  it('excludes rows of padding only', () => {
    const result = counted([5, 2, 0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0, 0], [5, 2, 1, 1, 0, 0, 0, 0])
    expect(result).toEqual({ answers: 2, right: 2, sequences: 1, exact: 1 })
  })
  it('is measured in addition to teacher-forced predictions', () => {
    const batch = batchOf([7, 8, 2, 0, 5, 2, 0, 0], [1, 1, 1, 0, 1, 1, 0, 0])
    const sums = new Sums(taskOf(task))
    sums.add(batch, [7, 8, 2, 9, 5, 3, 9, 9], 5 * Math.log(3))
    sums.addGenerated(batch, [2, 8, 2, 9, 5, 2, 9, 9])
    expect(measured(sums)).toEqual({
      ...{ accuracy: 4 / 5, freeAccuracy: 2 / 5, exactMatch: 1 / 2 },
      ...{ bleu: 0, chrf: expect.any(Number) as number, perplexity: expect.closeTo(3, 6) as number },
    })
  })
  it('has a baseline that repeats the most frequent token, up to an end token', () => {
    const ends = [batchOf([7, 8, 2, 0, 5, 2, 0, 0], [1, 1, 1, 0, 1, 1, 0, 0])]
    expect(majorityBaseline(taskOf(task), 0, () => ends)).toMatchObject({ accuracy: 2 / 5, freeAccuracy: 0, exactMatch: 0 })
    const same = [batchOf([7, 7, 2, 0, 7, 2, 0, 0], [1, 1, 1, 0, 1, 1, 0, 0])]
    expect(majorityBaseline(taskOf(task), 0, () => same)).toMatchObject({
      accuracy: 3 / 5,
      freeAccuracy: 3 / 5,
      exactMatch: 0,
    })
  })
})

describe('the metrics of a task', () => {
  const names = (task: Partial<AnswerShape>) => metricsOf({ ...plain, aim: 'tokens', length: 4, classes: 10, ...task })
  it.each([
    [{ aim: 'tokens' }, ['accuracy', 'balancedAccuracy', 'f1Macro', 'exactMatch']],
    [{ aim: 'sequence' }, ['accuracy', 'balancedAccuracy', 'f1Macro']],
    [{ aim: 'labels' }, ['accuracy', 'f1Macro', 'f1Micro', 'hammingLoss']],
    [{ aim: 'number', classes: 0 }, ['accuracy', 'absoluteError']],
    [{ causal: true, written: { begin: 1, end: 2 } }, ['accuracy', 'freeAccuracy', 'exactMatch', 'bleu', 'chrf', 'perplexity']],
    [{ causal: true }, ['accuracy', 'perplexity', 'bitsPerCharacter']],
  ] as const)('%j has %j', (task, expected) => expect(names(task)).toEqual(expected))
  it('are in the order of the table', () => {
    for (const aim of ['tokens', 'sequence', 'labels', 'number'] as const) {
      const places = names({ aim }).map((name) => metricNames.indexOf(name))
      expect(places).toEqual([...places].sort((a, b) => a - b))
    }
  })
  it('exclude means over classes if there are too many classes', () => {
    expect(names({ classes: 128 })).toContain('f1Macro')
    expect(names({ classes: 129 })).toEqual(['accuracy', 'exactMatch'])
    expect(names({ aim: 'labels', classes: 1000 })).toEqual(['accuracy', 'f1Micro', 'hammingLoss'])
  })
  it('are given per class, except for numbers, vocabularies and too many classes', () => {
    const figures = (task: Partial<AnswerShape>) =>
      classFigures(new Counts({ ...plain, aim: 'sequence', length: 4, classes: 3, ...task })).length
    expect(figures({})).toBe(3)
    expect([figures({ aim: 'number' }), figures({ causal: true }), figures({ classes: 129 })]).toEqual([0, 0, 0])
  })
  it('are 0, not NaN, without scored predictions', () => {
    expect(measured(new Sums(taskOf({ ...plain, aim: 'tokens', length: 4, classes: 3 })))).toEqual({
      accuracy: 0,
      balancedAccuracy: 0,
      f1Macro: 0,
      exactMatch: 0,
    })
  })
})

describe('names of earlier versions', () => {
  it('are migrated', () => {
    expect(['f1', 'accuracy', 'constructor', 'of a later version'].map(currentName)).toEqual([
      'f1Micro',
      'accuracy',
      'constructor',
      'of a later version',
    ])
    expect(currentNames({ loss: 1, f1: 0.5, hammingLoss: 0.1 })).toEqual({ loss: 1, f1Micro: 0.5, hammingLoss: 0.1 })
  })
})
