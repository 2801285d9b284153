/** The accuracy that the built-in labs must reach on validation data, and a comparison of the engines with PyTorch. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { engines, type EngineName } from '@core/contract/engine'
import type { RunSummary } from '@core/contract/runs'
import fixture from '@core/graph/fixtures/trajectory.json'
import { createTask } from '@core/tasks'
import { signature } from '@core/graph/testing'
import { compile } from '@core/graph/compile'
import type { LabDocument } from '@core/lab/document'
import { parseLab, readLab } from '@core/lab/read'
import { optimisers } from '@core/program/optimisers'
import { repeats } from '../main/testing/repeats'
import { createExecutor } from '../main/engine/choose'
import { createTraining, hashStates } from './training'
import { Trainer } from './trainer'
import { trainStep } from './training-step'
import { nodeSurroundings } from '../main/engine/surroundings'

const resources = join(import.meta.dirname, '../../resources/labs')
const builtIn = (id: string): LabDocument => parseLab(readFileSync(join(resources, `${id}.json`), 'utf8'))

/** Trains to the end, as the run process does. */
async function train(lab: LabDocument, steps: number): Promise<RunSummary> {
  const shorter = { ...lab, training: { ...lab.training, steps } }
  const model = createTraining(await createExecutor('auto', () => undefined), shorter, null)
  return new Promise((resolve, reject) => {
    const trainer = new Trainer(model, {
      surroundings: nodeSurroundings,
      storage: null,
      paused: false,
      listener: {
        status: ({ problem }) => problem && reject(new Error(problem.code)),
        step: () => undefined,
        evaluation: () => undefined,
        summary: (summary) => {
          resolve(summary)
          void trainer.end()
        },
      },
    })
    trainer.run().catch(reject)
  })
}

/** The same lab without attention: the residual connection adds its own input instead. */
function withoutAttention(lab: LabDocument): LabDocument {
  const attention = lab.graph.nodes.filter(({ kind }) => kind === 'multi-head').map(({ id }) => id)
  const { nodes, edges } = lab.graph
  return {
    ...lab,
    graph: {
      nodes: nodes.filter(({ id }) => !attention.includes(id)),
      edges: edges
        .filter(({ to }) => !attention.includes(to.node))
        .map((edge) => {
          if (!attention.includes(edge.from.node)) return edge
          const fed = edges.find(({ to }) => to.node === edge.from.node)
          if (!fed) throw new Error('nothing feeds the attention')
          return { ...edge, from: fed.from }
        }),
    },
  }
}

describe('the built-in labs', () => {
  it('reverse: 0.99 of the tokens of validation sequences', { timeout: 120_000 }, async () => {
    const { evaluation } = await train(builtIn('reverse'), 1200)
    expect(evaluation['accuracy']).toBeGreaterThanOrEqual(0.99)
  })

  it(
    'pos-tagging: 0.97 of the words of validation sentences, and below 0.90 without attention',
    { timeout: 120_000 },
    async () => {
      const lab = builtIn('pos-tagging')
      const attending = await train(lab, 800)
      const blind = await train(withoutAttention(lab), 800)
      expect(attending.evaluation['accuracy']).toBeGreaterThanOrEqual(0.97)
      expect(blind.evaluation['accuracy']).toBeLessThan(0.9)
      expect(blind.evaluation['accuracy']).toBeGreaterThan(0.8) // learned from single words alone
    },
  )
})

describe.each(engines)('twenty steps on %s', (engine) => {
  it('have the same losses as PyTorch, from the same weights and batches', async () => {
    const lab = readLab(fixture.lab)
    const program = compile(lab, { ...signature, ...fixture.signature }, { mode: 'train' })
    const executor = await createExecutor(engine, () => undefined)
    const states = executor.createStore()
    const executable = executor.compile(program, states)
    states.write(new Map(Object.entries(fixture.states).map(([name, values]) => [name, Float32Array.from(values)])))
    const { optimiser, learningRate } = lab.training
    for (const [index, batch] of fixture.batches.entries()) {
      const scalars = { learningRate, ...optimisers[optimiser.kind].scalars(optimiser, index + 1) }
      const feeds = {
        tokens: Int32Array.from(batch.tokens),
        targets: Int32Array.from(batch.targets),
        mask: Float32Array.from(batch.mask),
        ...Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, Float32Array.of(value)])),
      }
      const results = await executable.run(feeds, ['loss'], true)
      executable.commit()
      const expected = fixture.losses[index] ?? NaN
      expect(Math.abs((results.get('loss')?.[0] ?? NaN) - expected)).toBeLessThan(1e-4)
    }
    executable.dispose()
    states.dispose()
  })
})

/** Losses of the first steps, and the hash of all states after them. */
async function firstSteps(engine: EngineName, lab: LabDocument, steps: number): Promise<{ losses: number[]; hash: string }> {
  const model = createTraining(await createExecutor(engine, () => undefined), lab, null)
  const losses: number[] = []
  for (let step = 1; step <= steps; step++) losses.push((await trainStep(model)).loss)
  const hash = hashStates(model, nodeSurroundings)
  model.model.dispose()
  return { losses, hash }
}

describe('the engines agree', () => {
  const ids = readdirSync(resources).map((file) => file.replace(/\.json$/, ''))
  // Rounding differences grow with steps, not with batch size: the short mode keeps all steps and shrinks the batch.
  const tokens = repeats(256, Infinity)
  it.each(ids)('on the losses of %s, over 100 steps', { timeout: 300_000 }, async (id) => {
    const { task, training, ...lab } = builtIn(id)
    const batchSize = Math.max(
      1,
      Math.min(training.batchSize, Math.floor(tokens / createTask(task, null).spec.signature.length)),
    )
    const document = { ...lab, task, training: { ...training, batchSize } }
    const [native, tfjs] = [await firstSteps('onnxruntime', document, 100), await firstSteps('tfjs', document, 100)]
    native.losses.forEach((loss, i) => {
      const other = tfjs.losses[i]!
      expect(Math.abs(loss - other) / other, `step ${i + 1}`).toBeLessThan(1e-4)
    })
  })
})

it.each(engines)('the same seed gives the same bytes twice on %s', { timeout: 60_000 }, async (engine) => {
  const lab = builtIn('pos-tagging')
  const [first, second] = [await firstSteps(engine, lab, 60), await firstSteps(engine, lab, 60)]
  expect(second).toEqual(first)
})
