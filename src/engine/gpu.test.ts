/** Every built-in lab on the graphics processor for 20 steps, beside the processor. Runs with `npm run test:gpu`. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { gpuEngine, type EngineName } from '@core/contract/engine'
import type { LabDocument } from '@core/lab/document'
import { parseLab } from '@core/lab/read'
import { createExecutor } from '../main/engine/choose'
import { nodeSurroundings } from '../main/engine/surroundings'
import { notRun } from '../main/testing/not-run'
import { onGpu } from './testing/tested-engines'
import { createTraining, hashStates } from './training'
import { trainStep } from './training-step'

const directory = join(import.meta.dirname, '../../resources/labs')
const labs = readdirSync(directory).map(
  (file) => [file.slice(0, -'.json'.length), parseLab(readFileSync(join(directory, file), 'utf8'))] as const,
)
const steps = 20
/** Steps after which the bytes of two trainings are compared. */
const repeated = 3
/** Of the processor's loss. */
const tolerance = 1e-4

/** The losses of the first steps, and the hash of the states after `repeated` of them. */
async function losses(engine: EngineName, lab: LabDocument, count = steps): Promise<{ losses: number[]; hash: string }> {
  const training = createTraining(await createExecutor(engine, () => undefined), lab, null)
  const found: number[] = []
  let hash = ''
  while (found.length < count) {
    found.push((await trainStep(training)).loss)
    if (found.length === repeated) hash = hashStates(training, nodeSurroundings)
  }
  training.model.dispose()
  return { losses: found, hash }
}

describe.each(labs)('%s', (_, lab) => {
  test('has the losses of the processor, and the same bytes twice', { timeout: 1_200_000 }, async (context) => {
    if (!onGpu) notRun(context, 'it takes minutes: npm run test:gpu')
    const own = await losses(gpuEngine, lab)
    const reference = await losses('onnxruntime', lab)
    own.losses.forEach((loss, i) => {
      const expected = reference.losses[i]!
      expect(Math.abs(loss - expected) / Math.abs(expected), `step ${i + 1}: ${loss}, not ${expected}`).toBeLessThan(tolerance)
    })
    expect((await losses(gpuEngine, lab, repeated)).hash).toBe(own.hash)
  })
})
