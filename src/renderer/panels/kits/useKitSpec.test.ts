import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kitSpec } from '@core/classroom/kit'
import { parseLab } from '@core/lab/read'
import { useKitSpec } from './useKitSpec'

const lab = parseLab(readFileSync(resolve(import.meta.dirname, '../../../../resources/labs/reverse.json'), 'utf8'))

describe('a kit', () => {
  it('is ready with a title and something to do', () => {
    const kit = useKitSpec()
    expect(kit.isReady.value).toBe(false)
    kit.title.value = ' Class 3 '
    expect(kit.isReady.value).toBe(false)
    kit.lessons.value = ['scaling']
    expect(kit.isReady.value).toBe(true)
    const { spec } = kit.request()
    expect(kitSpec.parse(spec)).toMatchObject({ title: 'Class 3', due: null, lessons: ['scaling'], assignments: [] })
    expect(spec.rubric).toMatchObject([{ id: 'quiz-scaling', is: 'quiz', points: 1 }])
  })

  it('asks for what has points, of each assignment', () => {
    const kit = useKitSpec(() => 7)
    kit.title.value = 'Class 3'
    kit.due.value = '2026-12-01T08:00'
    kit.addAssignment(lab, 'Reverse', null)
    kit.addAssignment(lab, 'Again', 'abcdef0123456789')
    kit.removeAssignment('assignment-1')
    kit.addAssignment(lab, 'Third', null)
    const [own, third] = kit.assignments
    Object.assign(own!, { metricPoints: 0, hidden: 'file', lockGraph: true, lockTraining: true })
    Object.assign(third!, { hidden: 'seed', sizePoints: 1, atMost: 5000, atLeast: 0.8 })
    expect(kit.isReady.value).toBe(false) // the file is missing
    own!.hiddenFile = { name: 'test.csv', bytes: new Uint8Array([1]) }
    expect(kit.isReady.value).toBe(true)
    const { spec, labs, texts, data } = kit.request()
    expect(kitSpec.safeParse(spec).success).toBe(true)
    expect(new Date(spec.due!).getTime()).toBe(new Date('2026-12-01T08:00').getTime())
    expect(spec.assignments.map(({ id, locks }) => [id, locks.graph, locks.training.length > 5])).toEqual([
      ['assignment-2', true, true],
      ['assignment-3', false, false],
    ])
    expect(spec.hidden).toEqual({ 'assignment-2': { file: 'hidden/assignment-2.txt' }, 'assignment-3': { seed: 7 } })
    expect(spec.rubric.map(({ id }) => id)).toEqual([
      'assignment-2-hidden',
      'assignment-3-validation',
      'assignment-3-hidden',
      'assignment-3-size',
    ])
    expect([Object.keys(labs), Object.keys(texts), data]).toEqual([
      ['assignment-2', 'assignment-3'],
      ['hidden/assignment-2.txt'],
      { 'data/assignment-2.txt': 'abcdef0123456789' },
    ])
  })
})
