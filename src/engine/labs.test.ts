/** Every built-in lab reaches the goal in its file; `npm test` trains the quickest ones, `npm run test:long` all of them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { analyse } from '@core/graph/analyse'
import type { LabDocument } from '@core/lab/document'
import { parseLab } from '@core/lab/read'
import { createTask } from '@core/tasks'
import { repeats } from '../main/testing/repeats'
import { createExecutor } from '../main/engine/choose'
import { evaluate, thorough } from './evaluation'
import { createTraining } from './training'
import { trainStep } from './training-step'

const directory = join(import.meta.dirname, '../../resources/labs')
const labs = readdirSync(directory).map((file) => {
  const text = readFileSync(join(directory, file), 'utf8')
  return [file.slice(0, -'.json'.length), parseLab(text), text] as const
})
const quick = ['from-scratch', 'layer-norm', 'single-head', 'positions', 'wide-heads']

/** Validation metrics after the number of steps that the goal allows. */
async function reached(lab: LabDocument, steps: number): Promise<Readonly<Record<string, number>>> {
  const shorter = { ...lab, training: { ...lab.training, steps } }
  const model = createTraining(await createExecutor('auto', () => undefined), shorter, null)
  try {
    for (let step = 1; step <= steps; step++) await trainStep(model)
    const evaluation = await evaluate(model, new Map(), thorough, () => Promise.resolve('go on'))
    return evaluation?.metrics ?? {}
  } finally {
    model.model.dispose()
  }
}

describe.each(labs)('%s', (_, lab, text) => {
  it('is complete: no problems, both languages, a goal within its own steps', () => {
    expect(analyse(lab, createTask(lab.task, null).spec.signature).problems).toEqual([])
    for (const said of [lab.title, lab.summary]) {
      expect(typeof said === 'string' ? [said] : [said.en, said.zh].filter(Boolean)).toHaveLength(2)
    }
    expect(lab.goal?.steps).toBeLessThanOrEqual(lab.training.steps)
  })
  it('has no redundant or ignored fields: the parsed document equals the file', () => {
    expect(JSON.parse(text)).toMatchObject({ graph: { nodes: lab.graph.nodes, edges: lab.graph.edges }, task: lab.task })
  })
})

it('every question has a lab', () => {
  const questions = new Set(labs.flatMap(([, lab]) => lab.questions ?? []))
  expect([...questions].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
})

const trained = labs.filter(([id]) => repeats(Number(quick.includes(id)), 1) > 0)
it.each(trained)('%s reaches its goal', { timeout: 600_000 }, async (_, lab) => {
  const { metric, atLeast, steps } = lab.goal!
  expect((await reached(lab, steps))[metric]).toBeGreaterThanOrEqual(atLeast)
})
