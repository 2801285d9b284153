/**
 * The step at which a head formed, read from kept steps, lies where its score crosses the threshold in an independent series: of an uninterrupted
 * training, every eighth step.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newAbort } from '@core/contract/cancel'
import type { HeadReport } from '@core/contract/heads'
import { formedAt } from '@core/heads/formed'
import { formedFrom, type HeadScoreName } from '@core/heads/scores'
import { parseLab } from '@core/lab/read'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createExecutor } from '../../main/engine/choose'
import { diskStorage } from '../../main/engine/disk-storage'
import { nodeSurroundings } from '../../main/engine/surroundings'
import { momentsOf, MomentWriter } from '../moments'
import { createTraining, exportStates } from '../training'
import { trainStep } from '../training-step'
import { PastModel } from '../worker/past-model'
import { measureHeads } from './measure-heads'

let directory: string
beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'formed-'))))
afterEach(() => rm(directory, { recursive: true, force: true }))

const lastStep = 400
const keptEvery = 40
const sampledEvery = 8

/** Trains and keeps some of the states, as a run does. */
async function trainAndKeep(seed: number): Promise<void> {
  const lab = parseLab(await readFile(join(import.meta.dirname, '../../../resources/labs/induction.json'), 'utf8'))
  const document = { ...lab, training: { ...lab.training, seed } }
  const training = createTraining(await createExecutor('auto', () => undefined), document, null)
  const writer = new MomentWriter(diskStorage(directory), nodeSurroundings, nodeSurroundings.now, 1e9)
  for (let step = 0; step <= lastStep; step++) {
    if (step > 0) await trainStep(training)
    if (step % keptEvery !== 0) continue
    writer.write({ step, learningRate: training.learningRate, lab: training.model.lab }, () => exportStates(training))
    await writer.settled()
  }
  training.model.dispose()
}
const past = async (): Promise<PastModel> =>
  new PastModel(await createExecutor('auto', () => undefined), diskStorage(directory), nodeSurroundings, null)
const scoredAt = (model: PastModel, step: number, isExact: boolean): Promise<HeadReport> =>
  model.at({ step, isExact }, newAbort().signal, (training) => measureHeads(training, { muting: false }))

function course(reports: readonly HeadReport[], place: number, score: HeadScoreName) {
  const values = Float32Array.from(reports, ({ heads }) => Number(heads[place]!.scores[score]))
  return { steps: Int32Array.from(reports, ({ step }) => step), values }
}

test.each([1, 2, 3])('seed %i', { timeout: 240_000 }, async (seed) => {
  await trainAndKeep(seed)
  const moments = (await momentsOf(diskStorage(directory), nodeSurroundings)).map(({ step }) => step)
  expect(moments).toEqual(Array.from({ length: lastStep / keptEvery + 1 }, (_, index) => index * keptEvery))
  const model = await past()
  const reports: HeadReport[] = []
  for (const step of moments) reports.push(await scoredAt(model, step, false))

  for (const [score, block] of [
    ['induction', 'attention-2'],
    ['previous', 'attention-1'],
  ] as const) {
    const threshold = formedFrom(score)!
    const last = reports.at(-1)!.heads
    // The head with the highest score in the end.
    const place = last
      .map((_, index) => index)
      .toSorted((a, b) => Number(last[b]!.scores[score]) - Number(last[a]!.scores[score]))[0]!
    expect(last[place]!.block).toBe(block)
    const formed = formedAt(course(reports, place, score), threshold)
    expect(formed, score).not.toBeNull()
    const { step, after } = formed!
    expect(step - after!).toBe(keptEvery)

    // In between, the score is that of a model trained again up to each step; the crossing is there, and nowhere after it.
    const between: HeadReport[] = []
    for (let at = after!; at <= Math.min(lastStep, step + keptEvery); at += sampledEvery)
      between.push(await scoredAt(model, at, true))
    const { steps, values } = course(between, place, score)
    expect(values[0]).toBeLessThan(threshold)
    expect(values[steps.indexOf(step)]).toBeGreaterThanOrEqual(threshold)
    const exact = formedAt({ steps, values }, threshold)!
    expect(exact.step).toBeGreaterThan(after!)
    expect(exact.step).toBeLessThanOrEqual(step)
  }
})
