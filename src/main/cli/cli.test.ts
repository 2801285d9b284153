/** The built command line: lists, benchmarks and usage errors. Needs `npm run build`. */
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { builtCli, jsonLines, resultOf } from './testing/built-cli'

const { run, start } = builtCli()

describe('labs', () => {
  it('lists the built-in labs, one JSON object per line', async () => {
    const { code, out } = await run('labs', '--json')
    expect(code).toBe(0)
    const ids = jsonLines(out).map((lab) => (lab as { id: string }).id)
    expect(ids).toEqual(ids.toSorted())
    expect(ids).toEqual(expect.arrayContaining(['characters', 'pos-tagging', 'reverse']))
    const lines = (await run('labs')).out.trim().split('\n')
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['id', ...ids])
  })
})

describe('experiment', () => {
  it('lists the experiments with the questions they answer', async () => {
    const { code, out } = await run('experiment', '--json')
    expect(code).toBe(0)
    const questions = jsonLines(out).flatMap((each) => (each as { questions: number[] }).questions)
    expect([...new Set(questions)].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  })

  it('measures one, given by its question, and reports the numbers behind each verdict', { timeout: 60_000 }, async () => {
    const { code, out } = await run('experiment', '20', '--quick', '--json')
    expect(code).toBe(0)
    const last = jsonLines(out).at(-1)
    expect(last).toMatchObject({
      type: 'done',
      experiments: {
        'layer-norm': {
          verdict: 'supported',
          claims: [
            { holds: 3, of: 3 },
            { holds: 3, of: 3 },
          ],
        },
      },
    })
    const { table } = (last as { experiments: Record<string, { table: { normError: { values: number[] } }[] }> }).experiments[
      'layer-norm'
    ]!
    expect(table[0]?.normError.values).toHaveLength(3)
    for (const error of table[0]!.normError.values) expect(error).toBeLessThan(1e-5)
  })

  it('prints a table and a sentence for each claim', { timeout: 60_000 }, async () => {
    const { out } = await run('experiment', 'shapes', '--quick')
    expect(out).toContain('(12, 16)')
    expect(out.match(/^supported \(3 of 3 seeds\): /gm)).toHaveLength(3)
  })

  it('rejects unknown ids and lists the known ones', async () => {
    const { code, error } = await run('experiment', 'alchemy')
    expect(code).toBe(1)
    expect(error).toMatch(/no experiment “alchemy”.*recurrence, shapes/)
  })

  it('ends with 130 when interrupted, and leaves no process', { timeout: 60_000 }, async () => {
    const child = start('experiment', 'norms')
    await once(child.stderr, 'data')
    child.kill('SIGINT')
    expect((await resultOf(child)).code).toBe(130)
  })
})

describe('bench', () => {
  it('reports the figures of every engine, and why others are missing', { timeout: 120_000 }, async () => {
    const { code, out } = await run('bench', '--models', 'tiny', '--engines', 'tfjs,pytorch', '--json')
    expect(code).toBe(0)
    const done = jsonLines(out).at(-1) as { type: string; models: { tiny: Record<string, Record<string, unknown>> } }
    expect(done.type).toBe('done')
    const { tfjs = {}, pytorch = {} } = done.models.tiny
    for (const key of [
      'msPerStep',
      'minimum',
      'maximum',
      'stepsPerSecond',
      'tokensPerSecond',
      'gigaflops',
      'peakShare',
      'peakBytes',
    ]) {
      expect(tfjs[key], key).toBeGreaterThan(0)
    }
    expect(Number(tfjs.minimum)).toBeLessThanOrEqual(Number(tfjs.msPerStep))
    expect('msPerStep' in pytorch || typeof pytorch.notRun === 'string').toBe(true)
  })
})

describe('a usage error', () => {
  it.each([[[]], [['fly']], [['check']], [['train', 'reverse', '--steps', 'many']], [['labs', '--verbose']]])(
    '%j: usage on standard error, exit code 2',
    async (args) => {
      const { code, out, error } = await run(...args)
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(error).toContain('attention-lab train LAB')
    },
  )
})
