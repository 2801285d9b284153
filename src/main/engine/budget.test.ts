import { describe, expect, it } from 'vitest'
import { LabError } from '@core/errors'
import { compile } from '@core/graph/compile'
import { standardLab, standardModels, standardText } from '@core/lab/standard-models'
import { costOf } from '@core/program/cost'
import { predictedMilliseconds, type Calibration } from '@core/program/timing'
import { createTask } from '@core/tasks'
import { budgetOf } from './budget'

const calibration: Calibration = {
  engine: 'test',
  gigaflops: 10,
  times: { add: [[1, 0.001]] },
  references: [{ summed: 1, measured: 2 }],
  memory: { base: 100e6, perByte: 1.5 },
}
const model = standardModels.tiny
const lab = standardLab('tiny', model)
const { spec } = createTask(lab.task, standardText(model))
const training = (change: Partial<typeof lab.training>) => ({ ...lab, training: { ...lab.training, ...change } })

describe('budget', () => {
  it('counts all steps, the evaluations between them and the one at the end', () => {
    const of = training({ steps: 100, evaluateEvery: 30 })
    const step = predictedMilliseconds(compile(of, spec, { mode: 'train' }), calibration) / 1000
    const batch = predictedMilliseconds(compile(of, spec, { mode: 'evaluate' }), calibration) / 1000
    // (2000 held out − 1) / 32 = 62 windows, in batches of 16: 4, at steps 30, 60, 90 and the end.
    expect(spec.heldOut).toBe(62)
    const budget = budgetOf(of, spec, calibration)
    expect(budget.stepsPerSecond).toBeCloseTo(1 / step)
    expect(budget.secondsToFinish).toBeCloseTo(100 * step + 16 * batch)
  })

  it('counts every batch of a step that averages several', () => {
    const [one, four] = [1, 4].map((accumulate) => training({ accumulate, steps: 10, evaluateEvery: 10 }))
    const step = predictedMilliseconds(compile(four!, spec, { mode: 'train' }), calibration) / 1000
    expect(budgetOf(four!, spec, calibration).stepsPerSecond).toBeCloseTo(1 / (4 * step))
    expect(budgetOf(four!, spec, calibration).stepsPerSecond).toBeLessThan(
      budgetOf(one!, spec, calibration).stepsPerSecond / 3.9,
    )
  })

  it('needs the process, and both programs with their states once', () => {
    const train = costOf(compile(lab, spec, { mode: 'train' }))
    const evaluate = costOf(compile(lab, spec, { mode: 'evaluate' }))
    const { peakBytes, parameters, engine } = budgetOf(lab, spec, calibration)
    expect(peakBytes).toBe(Math.round(100e6 + 1.5 * (train.bytes + evaluate.bytes - evaluate.stateBytes)))
    // Embedding, positions, 12 d² + 13 d of the layer, the last norm and the classifier.
    expect(parameters).toBe(32 * 32 + 32 * 32 + 12 * 32 ** 2 + 13 * 32 + 2 * 32 + 32 * 32 + 32)
    expect(engine).toBe('test')
  })

  it('refuses a lab that cannot be trained', () => {
    const broken = { ...lab, graph: { ...lab.graph, edges: [] } }
    expect(() => budgetOf(broken, spec, calibration)).toThrow(LabError)
  })
})
