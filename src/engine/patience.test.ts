/** Early stopping: the last step depends on the validation losses alone, not on how the run was driven, stopped and resumed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { engines } from '@core/contract/engine'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { createTraining } from './training'
import { observe, untried } from './patience'
import { dropoutLab, listen, over } from './testing/trainers'
import { Trainer } from './trainer'
import { diskStorage } from '../main/engine/disk-storage'
import { nodeSurroundings } from '../main/engine/surroundings'

describe('an evaluation', () => {
  const after = (...losses: number[]) =>
    losses.reduce((state, loss, index) => observe(state, { step: 10 * (index + 1), loss }), untried)

  test('that is better than all before restarts the wait', () => {
    expect(after(2, 3, 1)).toEqual({ best: 1, since: 0, judged: 30 })
  })
  test('that only equals the best, or is only better than the last, does not', () => {
    expect(after(1, 3, 2, 1)).toEqual({ best: 1, since: 3, judged: 40 })
  })
  test('whose loss is not finite does not, not even the first', () => {
    expect(after(NaN, Infinity)).toEqual({ best: null, since: 2, judged: 20 })
    expect(after(NaN, 5, NaN)).toEqual({ best: 5, since: 1, judged: 30 })
  })
})

describe.each(engines)('a run with early stopping on %s', (engine) => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'patience-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  /** The rate is so high that the loss soon rises again. */
  const document = dropoutLab({ steps: 400, evaluateEvery: 4, learningRate: 0.3, patience: 3 })
  async function start({ paused = false, restore = false, files = true } = {}) {
    const model = createTraining(await createExecutor(engine, () => undefined), document, null)
    const told = listen()
    const trainer = new Trainer(model, {
      surroundings: nodeSurroundings,
      storage: files ? diskStorage(directory) : null,
      paused,
      listener: told,
    })
    if (restore) await trainer.restore()
    const done = trainer.run()
    const end = async () => {
      await trainer.end()
      await done
    }
    return { told, trainer, end }
  }
  /** The last step without any command. */
  async function untouched() {
    const { told, end } = await start({ files: false })
    await told.until(over)
    await end()
    return told
  }

  test('ends after the given number of evaluations without improvement, and reports it', async () => {
    const { summaries, evaluations, statuses } = await untouched()
    const [summary] = summaries
    const { steps } = summary!
    expect(summary).toMatchObject({ endedEarly: true })
    expect(steps).toBeLessThan(400)
    expect(steps % 4).toBe(0)
    expect(statuses.at(-1)).toMatchObject({ state: 'finished', step: steps })
    // The last evaluation is the thorough one at the end.
    const losses = evaluations.slice(0, -1).map(({ loss }) => loss)
    const best = losses.indexOf(Math.min(...losses))
    expect(losses.length - 1 - best).toBe(3)
  })

  test('ends at the same step with the same bytes when stepped, evaluated, stopped and resumed', async () => {
    const [expected] = (await untouched()).summaries
    const first = await start({ paused: true })
    for (let step = 1; step <= 8; step++) {
      await first.trainer.command('step')
      await first.trainer.command('evaluate')
    }
    // At step 8, before the evaluation that is due then.
    await first.trainer.command('stop')
    await first.end()

    const second = await start({ paused: true, restore: true })
    for (let step = 0; step < 3; step++) await second.trainer.command('step')
    await second.trainer.command('resume')
    await second.told.until(({ step }) => step >= expected!.steps - 4)
    await second.end()

    const third = await start({ restore: true })
    await third.told.until(over)
    await third.end()
    expect(third.told.summaries[0]).toMatchObject({
      steps: expected!.steps,
      endedEarly: true,
      stateHash: expected!.stateHash,
    })
  })

  test('ends at the same step when stepped manually', async () => {
    const { steps } = (await untouched()).summaries[0]!
    const { told, trainer, end } = await start({ paused: true, files: false })
    let status = await trainer.command('step')
    for (let taken = 1; taken <= steps && status.state === 'paused'; taken++) status = await trainer.command('step')
    expect(status).toMatchObject({ state: 'finished', step: steps })
    expect(told.summaries).toMatchObject([{ steps, endedEarly: true }])
    await end()
  })
})
