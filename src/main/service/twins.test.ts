/** Two runs brought to the same steps, with real, built workers; needs `npm run build`. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Look } from '@core/contract/look'
import type { LabDocument } from '@core/lab/document'
import { realHost, type RealHost } from '../testing/processes'

let home: string
let host: RealHost
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'attention-lab-test-'))
  host = await realHost(home)
})
afterEach(async () => {
  await host.end()
  await rm(home, { recursive: true, force: true, maxRetries: 5 })
})

async function start(lab: LabDocument, seed: number): Promise<string> {
  const seeded = { ...lab, training: { ...lab.training, seed } }
  return (await host.call['runs.start']({ lab: seeded, engine: 'auto', data: null, paused: true })).run
}
/** Every weight and the attention of every head, for a validation sample. */
async function look(run: string, step: number | 'now' = 'now'): Promise<Look> {
  const looks: Look[] = []
  const names = ['embedding/table', 'position/positions', 'classifier/weight', 'attention-1/attention', 'attention-2/attention']
  await host.call['models.look'](
    { model: { run, step }, look: { inputs: [{ sample: 3 }], values: names.map((name) => ({ name })) } },
    { onPart: (part) => void looks.push(part) },
  )
  expect(looks[0]!.missing).toEqual([])
  return looks[0]!
}
/** Resolves when it waits after this step. */
const at = (run: string, step: number) =>
  vi.waitFor(async () => expect(await host.statusOf(run)).toMatchObject({ state: 'paused', step }), 30_000)

it(
  'twins of one lab and seed are equal in every value at every common step; of two seeds they differ',
  { timeout: 120_000 },
  async () => {
    const lab = await host.call['labs.read']({ id: 'reverse' })
    const [a, b, other] = [await start(lab, 5), await start(lab, 5), await start(lab, 6)]
    for (const until of [4, 30, 31]) {
      await Promise.all([a, b, other].map((run) => host.call['runs.command']({ run, command: 'resume', until })))
      await Promise.all([a, b, other].map((run) => at(run, until)))
      const [first, second, third] = [await look(a), await look(b), await look(other)]
      expect([first.step, second.step]).toEqual([until, until])
      expect(second.values).toEqual(first.values)
      expect(third.values['embedding/table']).not.toEqual(first.values['embedding/table'])
    }
    // One is ahead; the other one catches up exactly.
    await host.call['runs.command']({ run: a, command: 'step' })
    await host.call['runs.command']({ run: a, command: 'step' })
    await Promise.all([a, b].map((run) => host.call['runs.command']({ run, command: 'resume', until: 33 })))
    await Promise.all([at(a, 33), at(b, 33)])
    expect((await look(b)).values).toEqual((await look(a)).values)
    // Without a step, both train on.
    await host.call['runs.command']({ run: a, command: 'resume' })
    await vi.waitFor(async () => expect((await host.statusOf(a)).step).toBeGreaterThan(40), 20_000)
  },
)

it('a step is a whole number that is not negative', async () => {
  const lab = await host.call['labs.read']({ id: 'reverse' })
  const run = await start(lab, 1)
  for (const until of [-1, 1.5, NaN]) {
    await expect(host.call['runs.command']({ run, command: 'resume', until })).rejects.toMatchObject({ code: 'bad-argument' })
  }
})
