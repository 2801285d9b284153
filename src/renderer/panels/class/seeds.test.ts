import { describe, expect, it } from 'vitest'
import type { ClassRun } from '@core/contract/class'
import { noPoints } from '@core/series/series'
import { kindOf, measurementsOf, measuresOf, rowsOf, seedsCsv } from './seeds'

const run = (seed: number, accuracy: number | null, change: Partial<ClassRun> = {}): ClassRun => ({
  ...{ run: `run-${seed}`, pupil: `Pupil ${seed}`, seed, state: 'finished', step: 100, counts: true, curve: noPoints },
  validation: accuracy === null ? null : { loss: 1, accuracy, oddity: 7 },
  ...change,
})

describe('the experiment of a class', () => {
  it('measures the validation loss and the known metrics of the runs that count', () => {
    const runs = [run(1, 0.5), run(2, 0.7), run(2, 0.7, { counts: false, validation: { f1Macro: 1 } })]
    expect(measuresOf(runs)).toEqual(['loss', 'accuracy'])
    expect(measurementsOf(runs)['class']!.map(({ accuracy }) => accuracy)).toEqual([0.5, 0.7])
  })

  // Student's t for 3 degrees of freedom is 3.182: mean 0.5, s = 0.1291, half width 3.182 × 0.1291 / 2 = 0.2054.
  it('has the mean of each with its 95 % interval, and that of the first three', () => {
    const accuracies = [0.35, 0.45, 0.55, 0.65]
    const [, accuracy] = rowsOf(accuracies.map((each, index) => run(index, each)))
    expect(accuracy).toEqual({ measure: 'accuracy', mean: '50.0 %', interval: '[29.5 %, 70.5 %]', early: '[20.2 %, 69.8 %]' })
  })

  it('has no interval for one seed, and none where a number is missing', () => {
    expect(rowsOf([run(1, 0.5)])[1]).toEqual({ measure: 'accuracy', mean: '50.0 %', interval: '–', early: null })
    expect(rowsOf([run(1, 0.5), run(2, null)])[1]).toMatchObject({ mean: '–', interval: '–' })
    expect(rowsOf([])).toEqual([])
  })

  it('tells apart what counts, what repeats a seed, what trains and what ended early', () => {
    const states = ['finished', 'running', 'queued', 'failed', 'stopped'] as const
    expect(states.map((state) => kindOf(run(1, 0.5, { state })))).toEqual(['counted', 'training', 'training', 'ended', 'ended'])
    expect(kindOf(run(1, 0.5, { counts: false }))).toBe('repeated')
  })

  it('is a table in which no name is a formula', () => {
    const rows = seedsCsv([run(1, 0.5, { pupil: '=1+1' }), run(2, null, { state: 'running', step: 7, counts: false })]).split(
      '\r\n',
    )
    expect(rows).toEqual([
      '\ufeffpupil,seed,state,step,counts,loss,accuracy,oddity',
      "'=1+1,1,finished,100,yes,1,0.5,7",
      'Pupil 2,2,running,7,no,,,',
      '',
    ])
  })
})
