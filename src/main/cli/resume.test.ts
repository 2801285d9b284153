/**
 * `train --resume` of the built command line: gives the same bytes as a training that was never interrupted, or fails with a
 * message. Needs `npm run build`.
 */
import { once } from 'node:events'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { builtCli, builtInLab, sentence } from './testing/built-cli'

const { path, run, start } = builtCli()

beforeAll(async () => {
  const rows = Array.from({ length: 60 }, (_, index) => `${index % 2 ? 'good' : 'bad'} text ${index}\t${index % 2}`)
  await writeFile(path('own.tsv'), ['text\tlabel', ...rows].join('\n'))
  await writeFile(path('other.tsv'), ['text\tlabel', ...rows, 'one more\t1'].join('\n'))
  const task = { kind: 'own-classification', params: { wordDropout: 0.25 } }
  await writeFile(path('own.json'), JSON.stringify({ ...(await builtInLab('sentiment')), task }))
})

interface Done {
  readonly stateHash: string
  readonly steps: number
  readonly evaluation: object
}
const doneOf = (out: string): Done => JSON.parse(out.trim().split('\n').at(-1)!) as Done
const checkpoint = async (name: string) =>
  JSON.parse(await readFile(join(path(name), 'checkpoint.json'), 'utf8')) as { step: number; weights: { sha256: string } }

/** Kills it once it has written a checkpoint, and waits until no process trains in the folder. */
async function killed(out: string, ...args: string[]): Promise<void> {
  const child = start('train', ...args, '--out', out, '--json')
  child.stdout.resume()
  child.stderr.resume()
  await expect.poll(() => checkpoint(out).catch(() => null), { timeout: 20_000, interval: 20 }).not.toBeNull()
  child.kill('SIGKILL')
  await once(child, 'close')
  const isQuiet = async () => {
    const before = await readFile(join(path(out), 'checkpoint.json'), 'utf8')
    await new Promise((done) => setTimeout(done, 300))
    return before === (await readFile(join(path(out), 'checkpoint.json'), 'utf8'))
  }
  await expect.poll(isQuiet, { timeout: 20_000 }).toBe(true)
}

const reverse = (steps: number) => ['reverse', '--steps', String(steps), '--engine', 'tfjs']

describe('a training that was killed', () => {
  const steps = 2000 // many times as long as it takes to notice the first checkpoint, also on a busy machine
  const args = ['own.json', '--data', 'own.tsv', '--steps', String(steps), '--engine', 'tfjs']
  it('resumes to the same bytes as an uninterrupted one, with the same data', { timeout: 240_000 }, async () => {
    const whole = doneOf((await run('train', ...args, '--out', 'whole', '--json')).out)
    await killed('killed', ...args)
    expect((await checkpoint('killed')).step).toBeLessThan(steps)
    // The task is already saved, so the model can be used.
    expect(await run('predict', 'killed', '--text', 'good text 1')).toMatchObject({ code: 0 })
    for (const [given, told] of [
      [[], /Specify the same file again with “--data”/],
      [['--data', 'other.tsv'], /is not the data the run in/],
    ] as const) {
      const refused = await run('train', '--resume', 'killed', ...given)
      expect(refused).toMatchObject({ code: 1, out: '' })
      expect(refused.error.trimEnd().split('\n').at(-1)).toMatch(told)
    }
    await writeFile(path('killed/run.json.0123abcd.tmp'), '{') // killed while writing
    const resumed = await run('train', '--resume', 'killed', '--data', 'own.tsv', '--json')
    expect(resumed.code).toBe(0)
    expect(doneOf(resumed.out)).toMatchObject({ stateHash: whole.stateHash, steps, evaluation: whole.evaluation })
    expect((await checkpoint('killed')).weights.sha256).toBe((await checkpoint('whole')).weights.sha256)
    const metrics = (await readFile(join(path('killed'), 'metrics.jsonl'), 'utf8')).split('\n')
    const losses = new Map(
      metrics.flatMap((line) => [...line.matchAll(/^\{"step":(\d+),"loss":([^,]+),/g)].map(([, step, loss]) => [step, loss])),
    )
    const expected = Array.from({ length: steps }, (_, index) => String(index + 1))
    expect(expected.filter((step) => !losses.has(step))).toEqual([]) // whatever was on its way when the process was killed
    expect((await readdir(path('killed'))).filter((name) => /lock|tmp/.test(name))).toEqual([])
  })
})

describe('a training that has finished', () => {
  beforeAll(async () => {
    expect((await run('train', ...reverse(20), '--out', 'finished')).code).toBe(0)
  }, 60_000)
  it('is continued for more steps only if their number is given', { timeout: 60_000 }, async () => {
    await cp(path('finished'), path('longer'), { recursive: true })
    for (const steps of [[], ['--steps', '20'], ['--steps', '7']]) {
      const refused = await run('train', '--resume', 'longer', ...steps)
      expect(refused).toMatchObject({ code: 1, out: '' })
      expect(refused.error).toMatch(/has completed all its 20 steps.*“--steps”/)
    }
    const { out, code } = await run('train', '--resume', 'longer', '--steps', '30', '--json')
    expect([code, doneOf(out).steps, (await checkpoint('longer')).step]).toEqual([0, 30, 30])

    // Even with a damaged last checkpoint, the previous one leads to the same bytes.
    await cp(path('longer'), path('fallback'), { recursive: true })
    await writeFile(join(path('fallback'), 'checkpoint.json'), '{')
    const again = await run('train', '--resume', 'fallback', '--json')
    expect(again.error).toMatch(/^The last checkpoint is damaged .* Training continues from the previous one, step \d+\.\n/)
    expect([again.code, doneOf(again.out).stateHash]).toEqual([0, doneOf(out).stateHash])
  })

  async function refused(name: string, ...change: [file: string, text: (before: string) => string][]): Promise<string> {
    await cp(path('finished'), path(name), { recursive: true })
    for (const [file, text] of change) {
      await writeFile(join(path(name), file), text(await readFile(join(path(name), file), 'utf8')))
    }
    const names = await readdir(path(name))
    const { code, out, error } = await run('train', '--resume', name, '--steps', '30')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(error).toMatch(sentence)
    expect(await readdir(path(name))).toEqual(names) // no lock remains
    return error
  }
  it('is refused if its lab was changed', { timeout: 60_000 }, async () => {
    expect(await refused('changed', ['lab.json', (text) => text.replace('"batchSize":', '"batchSize":1')])).toMatch(
      /lab.json was changed/,
    )
  })
  it('is refused if its checkpoints are damaged', { timeout: 90_000 }, async () => {
    const cut = (text: string) => text.slice(0, 100)
    await rm(join(path('finished'), 'checkpoint.previous.json'), { force: true }) // exists if steps were slow
    expect(await refused('damaged', ['checkpoint.json', cut])).toMatch(/checkpoint “checkpoint.json” is damaged/)
    expect(await refused('record', ['run.json', cut])).toMatch(/run.json” of this run is damaged/)
    expect(await refused('request', ['lab.json', cut])).toMatch(/lab.json” of this run is damaged/)
    const outside = (text: string) => text.replace(/"run":"[^"]*"/, '"run":"../../outside"')
    expect(await refused('name', ['run.json', outside])).toMatch(/run.json” of this run is damaged/)
  })
})

describe('a folder without a training', () => {
  it.each(['nowhere', 'empty', 'own.tsv'])('is refused: %s', { timeout: 60_000 }, async (name) => {
    if (name === 'empty') await mkdir(path(name))
    const { code, out, error } = await run('train', '--resume', name)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(error).toMatch(/contains no training run that can be resumed: lab.json is missing/)
    if (name === 'empty') expect(await readdir(path(name))).toEqual([])
  })
  it('is refused while another process trains in the folder', { timeout: 60_000 }, async () => {
    const first = start('train', ...reverse(1_000_000), '--out', 'busy', '--json')
    await once(first.stdout, 'data')
    first.stdout.resume()
    expect((await run('train', '--resume', 'busy')).error).toMatch(/Another training run is writing to “[^”]*busy”/)
    first.kill('SIGINT')
    await once(first, 'close')
    expect(first.exitCode).toBe(130)
  })
})
