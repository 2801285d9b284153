/**
 * Question 18: teacher forcing. The exposure bias: how much worse a decoder is when free-running than with the true prefix. The model is
 * narrow enough to keep making errors, because without errors there would be no difference.
 */
import { translation } from './translation'
import { above, type Experiment } from './types'

const dates = { kind: 'dates', params: {} }

const schedules = {
  always: { schedule: 'constant', start: 1 },
  linear: { schedule: 'linear', start: 1, end: 0 },
  'inverse-sigmoid': { schedule: 'inverse-sigmoid', start: 1, end: 0 },
  never: { schedule: 'constant', start: 0 },
} as const

/** Steps after which teacher forcing has decayed to one half. */
const halfway = 150

const gap = (of: keyof typeof schedules) => ({ measure: 'exposureGap', of }) as const

/** After a fifth of the steps: in the end, all have learned the task. */
const early = (of: string) => ({ measure: 'accuracyCurve', of, at: 4 }) as const

export const teacherForcing: Experiment = {
  id: 'teacher-forcing',
  questions: [18],
  variations: Object.entries(schedules).map(([id, schedule]) => ({
    id,
    lab: translation(dates, { width: 8, training: { teacherForcing: { ...schedule, halfway } } }),
    steps: 1500,
    quickSteps: 300,
  })),
  measures: ['accuracy', 'freeAccuracy', 'exposureGap', 'exactMatch', 'accuracyCurve'],
  plots: [
    { kind: 'dots', measure: 'exposureGap' },
    { kind: 'curves', measure: 'accuracyCurve', along: 'progress' },
  ],
  claims: [
    { id: 'gap', rules: [above(gap('always'), 0.001)] },
    { id: 'smaller', rules: [above(gap('always'), gap('linear'))] },
    {
      id: 'helps-early',
      rules: [above(early('always'), early('never'))],
    },
  ],
}
