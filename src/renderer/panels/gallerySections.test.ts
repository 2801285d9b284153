import { describe, expect, it } from 'vitest'
import type { BuiltInLab } from '../stores/workspace'
import { smallLab } from '../testing/fake-host'
import { sectionsOf } from './gallerySections'

const lab = (id: string, questions?: number[]): BuiltInLab => ({
  id,
  document: { ...smallLab(), ...(questions && { questions }) },
})
const shown = (labs: readonly BuiltInLab[]) => sectionsOf(labs).map(({ name, labs }) => [name, labs.map(({ id }) => id)])

describe('gallery sections', () => {
  it('follow the order of the questions, whole models first', () => {
    const labs = [lab('norm', [20]), lab('heads', [13]), lab('merge', [9, 10]), lab('gpt', []), lab('old')]
    expect(shown(labs)).toEqual([
      ['models', ['gpt', 'old']],
      ['heads', ['merge', 'heads']],
      ['norms', ['norm']],
    ])
  })
  it('cover every question', () => {
    const all = Array.from({ length: 20 }, (_, i) => lab(String(i + 1), [i + 1]))
    expect(shown(all).flatMap(([, ids]) => ids)).toEqual(all.map(({ id }) => id))
  })
  it('are empty without labs', () => expect(sectionsOf([])).toEqual([]))
})
