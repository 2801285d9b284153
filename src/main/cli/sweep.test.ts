/** `sweep` of the built command line. Needs `npm run build`. */
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it, vi } from 'vitest'
import { builtCli, jsonLines } from './testing/built-cli'

const { path, run, start } = builtCli()

async function sweepFile(name: string): Promise<void> {
  const search = {
    kind: 'grid',
    settings: [
      { node: null, setting: 'learningRate', values: [0.001, 0.003] },
      { node: null, setting: 'batchSize', values: [8, 16] },
    ],
  }
  const sweep = {
    format: 'attention-lab-sweep',
    version: 1,
    title: 'Rates',
    lab: 'reverse',
    search,
    seeds: [1, 2, 3],
    steps: 40,
  }
  await writeFile(path(name), JSON.stringify({ ...sweep, measures: ['loss', 'accuracy'] }))
}
const resultsOf = async (name: string) =>
  JSON.parse(await readFile(path(name), 'utf8')) as { readonly taken: Readonly<Record<string, object>> }
const doneIn = async (name: string): Promise<number> => {
  const { taken } = await resultsOf(name).catch(() => ({ taken: {} }))
  return Object.values(taken).reduce((sum, seeds) => sum + Object.keys(seeds).length, 0)
}

describe('sweep', () => {
  it('of 12 runs that is killed twice ends with the table of one that never was', { timeout: 240_000 }, async () => {
    await sweepFile('whole.json')
    await sweepFile('killed.json')
    const whole = await run('sweep', 'whole.json', '--json')
    expect(whole).toMatchObject({ code: 0 })
    const lines = jsonLines(whole.out)
    expect(lines).toHaveLength(5)
    expect(lines.at(-1)).toMatchObject({ type: 'done', points: 4, seeds: 3, results: 'whole.results.json' })

    for (const enough of [2, 6]) {
      const child = start('sweep', 'killed.json', '--json')
      await vi.waitFor(async () => expect(await doneIn('killed.results.json')).toBeGreaterThanOrEqual(enough), {
        timeout: 60_000,
        interval: 20,
      })
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    const before = await doneIn('killed.results.json')
    expect(before).toBeLessThan(12)
    const resumed = await run('sweep', 'killed.json', '--json')
    expect(jsonLines(resumed.out).slice(0, -1)).toEqual(lines.slice(0, -1))
    expect((await resultsOf('killed.results.json')).taken).toEqual((await resultsOf('whole.results.json')).taken)

    const table = await run('sweep', 'whole.json')
    expect(table.out.split('\n')[0]).toMatch(/learningRate +batchSize/)
  })

  it('never writes over results of another sweep, or over another file', { timeout: 60_000 }, async () => {
    await sweepFile('mine.json')
    await writeFile(path('notes.txt'), 'important')
    const refused = await run('sweep', 'mine.json', '--out', 'notes.txt')
    expect(refused.code).toBe(1)
    expect(refused.error).toContain('notes.txt')
    expect(await readFile(path('notes.txt'), 'utf8')).toBe('important')
    expect((await run('sweep', 'nowhere.json')).code).toBe(1)
  })
})
