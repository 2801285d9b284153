/** Word dropout in training batches depends on word counts, seed and step, and is never applied in validation. */
import { describe, expect, it } from 'vitest'
import { hashIds } from '../../random/hash'
import { createTask, newTask, tasks } from '../index'
import { readBatch } from '../read'
import { treebank } from './testing'

const data = treebank(400)
const tagging = (params: Record<string, unknown>) => createTask({ kind: 'own-tagging', params }, data)
const UNKNOWN = 1
const table = (units: string) => {
  const rows = Array.from({ length: 60 }, (_, index) => `often once${index},${index % 2 ? 'x' : 'y'}`)
  return createTask(
    { kind: 'own-classification', params: { units, wordDropout: 10, text: 'text', label: 'label' } },
    `text,label\n${rows.join('\n')}`,
  )
}

describe('a lab without the setting', () => {
  it('trains on the batches of the previous version', () => {
    expect(hashIds(tagging({}).trainBatch(7, 3, 64).tokens)).toBe(2032293386) // recorded from that version
    expect(tagging({}).trainBatch(7, 3, 64)).toEqual(tagging({ wordDropout: 0 }).trainBatch(7, 3, 64))
  })
  it('is not a new lab: those have the setting', () => {
    const own = tasks.filter(({ kind }) => kind.startsWith('own-'))
    expect(own.map(({ kind }) => newTask(kind).params['wordDropout'])).toEqual([0.25, 0.25, 0.25, 0.25])
    expect(createTask(newTask('own-tagging'), data).trainBatch(7, 3, 64).tokens).toContain(UNKNOWN)
  })
})

describe('word dropout', () => {
  it('is a function of seed and step', () => {
    const [one, other] = [tagging({ wordDropout: 0.25 }), tagging({ wordDropout: 0.25 })]
    expect(one.trainBatch(1, 5, 32)).toEqual(other.trainBatch(1, 5, 32))
    expect(one.trainBatch(1, 5, 32)).not.toEqual(one.trainBatch(1, 6, 32))
  })

  it('replaces tokens only: rows, masks and targets are the same', () => {
    const [plain, dropped] = [tagging({}).trainBatch(1, 5, 256), tagging({ wordDropout: 0.25 }).trainBatch(1, 5, 256)]
    expect({ ...dropped, tokens: null }).toEqual({ ...plain, tokens: null })
    dropped.tokens.forEach((id, place) => expect([plain.tokens[place], UNKNOWN]).toContain(id))
    for (const [place, real] of plain.mask!.entries()) if (real === 0) expect(dropped.tokens[place]).toBe(0)
  })

  it('replaces a word of count n with probability α / (α + n)', () => {
    const alpha = 2
    const [plain, dropped] = [tagging({}), tagging({ wordDropout: alpha })]
    const counts = new Map<number, number>()
    const seen = new Map<number, { all: number; replaced: number }>()
    const everyRow = new Map<string, readonly string[]>()
    for (let step = 0; step < 40; step++) {
      const [before, after] = [plain.trainBatch(3, step, 512), dropped.trainBatch(3, step, 512)]
      for (const row of readBatch(plain.spec, before)) everyRow.set(row.tokens.join(' '), row.tokens)
      before.tokens.forEach((id, place) => {
        const group = seen.get(id) ?? { all: 0, replaced: 0 }
        seen.set(id, { all: group.all + 1, replaced: group.replaced + Number(after.tokens[place] !== id) })
      })
    }
    const idOf = new Map(plain.spec.tokeniser.vocabulary.map((word, id) => [word, id]))
    for (const token of [...everyRow.values()].flat()) counts.set(idOf.get(token)!, (counts.get(idOf.get(token)!) ?? 0) + 1)
    for (const n of [1, 2, 5]) {
      const groups = [...counts].filter(([, count]) => count === n).map(([id]) => seen.get(id)!)
      const [all, replaced] = [
        groups.reduce((sum, each) => sum + each.all, 0),
        groups.reduce((sum, each) => sum + each.replaced, 0),
      ]
      const expected = alpha / (alpha + n)
      // Five standard deviations of a binomial proportion.
      expect(Math.abs(replaced / all - expected)).toBeLessThan(5 * Math.sqrt((expected * (1 - expected)) / all))
    }
  })

  it('does not change validation', () => {
    const [plain, dropped] = [tagging({}), tagging({ wordDropout: 10 })]
    expect(dropped.evaluationBatch(0, 40)).toEqual(plain.evaluationBatch(0, 40))
  })

  it('replaces words but not characters', () => {
    expect(table('words').trainBatch(1, 0, 64).tokens).toContain(UNKNOWN)
    expect(table('characters').trainBatch(1, 0, 64).tokens).not.toContain(UNKNOWN)
  })

  it('replaces source words of pairs but not target words', () => {
    const rows = Array.from({ length: 60 }, (_, index) => `often once${index}\tofen ein${index}`)
    const pairs = (wordDropout: number) =>
      createTask({ kind: 'own-pairs', params: { wordDropout } }, ['source\ttarget', ...rows].join('\n')).trainBatch(1, 0, 64)
    const [plain, dropped] = [pairs(0), pairs(10)]
    expect(dropped.source).not.toEqual(plain.source)
    expect({ ...dropped, source: null }).toEqual({ ...plain, source: null })
  })
})
