import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readLab } from '../lab/read'
import { withSetting } from '../graph/with-setting'
import { composeExperiment, type ComposedClaim } from './compose'
import { readExperiment } from './file'
import { experimentOf, keyOf } from '../sweeps/source'
import { judge } from './verdict'

const lab = readLab(JSON.parse(readFileSync('resources/labs/single-head.json', 'utf8')))
const scales = ['root', 'none'].map((value) => ({
  title: value,
  lab: withSetting(lab, { node: 'attention', setting: 'scale' }, value),
}))
const compose = (claim: Partial<ComposedClaim> | null) =>
  composeExperiment({
    ...{ title: { en: 'Scale', zh: '缩放' }, labs: scales, measures: ['loss', 'accuracy'], steps: 40, quickSteps: 10 },
    claim: claim && { text: 'It helps.', measure: 'accuracy', is: 'higher', left: 0, right: 1, by: 0.1, ...claim },
  })
const verdict = (claim: Partial<ComposedClaim>, left: number, right: number) =>
  judge(experimentOf(compose(claim)), { 'variation-1': [{ accuracy: left }], 'variation-2': [{ accuracy: right }] }).verdict

describe('a composed experiment', () => {
  it('varies one setting of a block or of the training, and nothing else', () => {
    const [first, second] = compose(null).variations
    expect(first!.lab).toEqual(lab) // the default value was written out before
    const settings = second!.lab.graph.nodes.find(({ id }) => id === 'attention')!.params
    expect(settings).toMatchObject({ scale: 'none' })
    const restored = withSetting(second!.lab, { node: 'attention', setting: 'scale' }, 'root')
    expect(restored).toEqual(lab)
    expect(withSetting(lab, { node: null, setting: 'batchSize' }, 3).training).toEqual({ ...lab.training, batchSize: 3 })
  })

  it('can be written to a file and read again', () => {
    const composed = compose({})
    const read = readExperiment(JSON.parse(JSON.stringify(composed)))
    expect(read).toEqual(composed)
    expect(keyOf(read)).toBe(keyOf(composed))
  })

  it('compares two variations as claimed', () => {
    expect(verdict({}, 0.9, 0.79)).toBe('supported')
    expect(verdict({}, 0.9, 0.81)).toBe('contradicted')
    expect(verdict({ is: 'lower' }, 0.79, 0.9)).toBe('supported')
    expect(verdict({ is: 'lower' }, 0.9, 0.79)).toBe('contradicted')
    expect(verdict({ is: 'near' }, 0.8, 0.89)).toBe('supported')
    expect(verdict({ is: 'near' }, 0.8, 0.91)).toBe('contradicted')
  })
})
