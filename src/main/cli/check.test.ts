/** `check` of the built command line. Needs `npm run build`. */
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createLabs } from '../service/labs'
import { fakeWorkers } from '../service/testing/fake-workers'
import { createTrials } from '../service/trials'
import { textsIn } from '../texts'
import { check } from './check'
import type { Output } from './output'
import { builtCli, builtInLab, jsonLines, sentence, type Lab } from './testing/built-cli'

const root = resolve(import.meta.dirname, '../../..')
const { path, run } = builtCli()

describe('check', () => {
  it('reports shapes, parameters and cost of a valid lab', async () => {
    const { code, out, error } = await run('check', 'reverse', '--json')
    expect(code).toBe(0)
    const [found, ...more] = jsonLines(out)
    expect(more).toEqual([])
    expect(Object.keys(found as object)).toEqual([
      'ok',
      'errors',
      'warnings',
      'parameters',
      'frozenParameters',
      'flopsPerStep',
      'bytes',
      'budget',
      'otherShards',
      'budgetError',
      'nodes',
    ])
    const { task, training } = await builtInLab('reverse')
    const shape = [training.batchSize, task.params.length]
    expect(found).toMatchObject({
      ok: true,
      errors: [],
      parameters: expect.any(Number) as number,
      flopsPerStep: expect.any(Number) as number,
      bytes: expect.any(Number) as number,
      nodes: { tokens: { outputs: { ids: { axes: ['batch', 'token'], shape } }, parameters: 0 } },
    })
    const { budget, budgetError } = found as { budget: unknown; budgetError: { code: string; message: string } | null }
    expect(error).toBe(budgetError ? `${budgetError.message}\n` : '')
    // A busy machine may not manage two steps in three seconds.
    const { otherShards } = found as { otherShards: { shards: number; stepsPerSecond: number }[] }
    for (const { shards, stepsPerSecond } of otherShards) {
      expect([2, 4, 8]).toContain(shards)
      expect(stepsPerSecond).toBeGreaterThan(0)
    }
    if (budget === null) expect(budgetError?.code).toMatch(/^budget\.(too-slow|one-step)$/)
    else {
      expect(budgetError).toBeNull()
      expect(budget).toEqual({
        engine: expect.stringMatching(/^(onnxruntime|tfjs)$/) as string,
        peakBytes: expect.any(Number) as number,
        stepsPerSecond: expect.any(Number) as number,
        secondsToFinish: expect.any(Number) as number,
        isLowerBound: expect.any(Boolean) as boolean,
        parameters: (found as { parameters: number }).parameters,
      })
    }
    expect((await run('check', 'reverse')).out).toMatch(/tokens +ids +batch × token +\d+ × 12 +0\n/)
  })

  it('counts trainable and frozen parameters apart', async () => {
    const { out } = await run('check', 'frozen-projections', '--no-trial', '--json')
    const [told] = jsonLines(out) as [{ parameters: number; frozenParameters: number }]
    expect(told.frozenParameters).toBeGreaterThan(0)
    const lines = (await run('check', 'frozen-projections', '--no-trial')).out
    expect(lines).toContain(`Parameters: ${told.parameters} trainable, ${told.frozenParameters} frozen\n`)
  })

  it('with --no-trial, reports shapes, parameters, FLOPs and memory without training', async () => {
    const { code, out, error } = await run('check', 'reverse', '--no-trial', '--json')
    expect({ code, error }).toEqual({ code: 0, error: '' })
    const found = jsonLines(out)[0] as Readonly<Record<string, number | null>>
    expect(found).toMatchObject({ ok: true, budget: null, budgetError: null })
    // Training needs at least the weights, their two moments and gradients.
    expect(found['bytes']).toBeGreaterThan(4 * 4 * found['parameters']!)
    expect(found['flopsPerStep']).toBeGreaterThan(6 * found['parameters']!)
    const plain = await run('check', 'reverse', '--no-trial')
    expect(plain.out).toMatch(/\nTraining memory: about \d+ MB \(estimate\)\nThe lab is valid\.\n$/)
  })

  it('reads own data as train does: its vocabulary, notices and problems', async () => {
    const lab = { ...(await builtInLab('reverse')), task: { kind: 'own-tagging', params: {} } }
    await writeFile(path('tags.json'), JSON.stringify(lab))
    const sentences = Array.from({ length: 30 }, (_, index) => `word${index}\tA\n${index < 3 ? '\tB\n' : ''}other\tB\n`)
    await writeFile(path('tags.tsv'), sentences.join('\n'))
    const checked = async (...args: string[]) =>
      jsonLines((await run('check', 'tags.json', '--no-trial', '--json', ...args)).out)[0]
    expect(await checked()).not.toMatchObject({ warnings: [{ code: 'conll.left-out' }] })
    expect(await checked('--data', 'tags.tsv')).toMatchObject({
      ok: true,
      warnings: [
        { code: 'conll.left-out', message: expect.stringMatching(/^3 /) as string },
        {
          code: 'vocabulary.unknown-untrained',
          message: expect.stringMatching(/^3 of the 6 validation tokens are not in the vocabulary/) as string,
        },
      ],
      nodes: { tokens: { outputs: { ids: { shape: [lab.training.batchSize, 2] } } } },
    })
    const missing = await run('check', 'tags.json', '--data', 'nowhere.tsv')
    expect(missing).toMatchObject({ code: 1, out: '' })
    expect(missing.error).toMatch(sentence)
    expect((await run('check', 'reverse', '--data', 'tags.tsv')).error).toMatch(/cannot read a file/)
    const tried = await run('check', 'tags.json', '--data', 'tags.tsv')
    expect(tried.error).not.toMatch(/internal|went wrong/)
  })

  it('says why there was no trial of a lab that is valid but too large for this computer', async () => {
    const lab = await builtInLab('reverse')
    const task = { kind: 'reverse', params: { length: 64 } }
    const training = { ...lab.training, batchSize: 1024 }
    const nodes = lab.graph.nodes.map((node) =>
      node.kind === 'embedding' ? { ...node, params: { ...node.params, width: 4096 } } : node,
    )
    await writeFile(path('huge.json'), JSON.stringify({ ...lab, task, training, graph: { ...lab.graph, nodes } }))
    const { code, out, error } = await run('check', 'huge.json', '--json')
    expect(code).toBe(0)
    const [found] = jsonLines(out) as [{ bytes: number; budgetError: { message: string } }]
    expect(found).toMatchObject({ ok: true, budget: null, budgetError: { code: 'run.too-large' } })
    expect(found.bytes).toBeGreaterThan(4 * 2 ** 30)
    expect(error).toContain(found.budgetError.message)
  })

  it('ends the trial of a lab whose first step takes more than three seconds, and says so', { timeout: 30_000 }, async () => {
    const lab = await builtInLab('reverse')
    const task = { kind: 'reverse', params: { length: 64 } }
    const nodes = lab.graph.nodes.map((node) =>
      node.kind === 'embedding' ? { ...node, params: { ...node.params, width: 1024 } } : node,
    )
    const training = { ...lab.training, batchSize: 400 } // 1,400 billion FLOPs
    await writeFile(path('slow.json'), JSON.stringify({ ...lab, task, training, graph: { ...lab.graph, nodes } }))
    const { code, out, error } = await run('check', 'slow.json', '--json')
    const [found] = jsonLines(out) as [{ bytes: number; budgetError: { code: string; message: string } }]
    expect(found).toMatchObject({ ok: true, budget: null })
    // Where little memory is free, it is not tried.
    expect(found.budgetError.code).toMatch(/^budget\.(too-slow|no-memory|too-large)$/)
    expect(error).toContain(found.budgetError.message)
    expect(code).toBe(0)
  })

  it('says in both languages how much memory a lab needs that is too large for a trial', async () => {
    const labs = createLabs(join(root, 'resources/labs'))
    const trials = createTrials(fakeWorkers().spawn, () => false, { memory: () => 1e6 })
    const interrupted = new AbortController().signal
    const said: string[] = []
    const ignore = () => undefined
    const output: Output = { columns: null, line: ignore, draw: ignore, json: ignore, say: (text) => said.push(text) }
    for (const language of ['en', 'zh'] as const)
      await check(
        { lab: 'characters', json: false, data: null, trial: true },
        { labs, trials, interrupted, output, texts: textsIn(language) },
      )
    expect(said).toEqual([
      expect.stringMatching(/^Training this lab needs about 0 GB of memory\. A trial takes at most a quarter/) as string,
      expect.stringMatching(/^训练这个实验大约需要 0 GB 内存。试运行最多使用/) as string,
    ])
  })

  it('names every problem of an invalid lab with its node, and fails', async () => {
    const lab = await builtInLab('reverse')
    lab.graph.edges.shift()
    await writeFile(path('broken.json'), JSON.stringify(lab))
    const { code, out, error } = await run('check', 'broken.json', '--json')
    expect(code).toBe(1)
    const [found] = jsonLines(out) as [{ ok: boolean; errors: { code: string; node: string; message: string }[] }]
    expect(found.ok).toBe(false)
    expect(found.errors).toContainEqual({
      code: 'graph.missing-input',
      node: 'embedding',
      message: expect.stringContaining('embedding') as string,
    })
    for (const { message } of found.errors) expect(error).toContain(message)
  })

  it.each([
    ['damaged.json', '{"format":', 'lab.not-json'],
    ['other.json', '{"format":"other"}', 'lab.not-a-lab'],
    ['newer.json', '{"format":"attention-lab","version":99}', 'lab.newer'],
    ['empty.json', '', 'lab.not-json'],
  ])('prints its JSON object also for %s', async (name, content, code) => {
    await writeFile(path(name), content)
    const result = await run('check', name, '--json')
    expect(result.code).toBe(1)
    expect(jsonLines(result.out)).toMatchObject([
      { ok: false, errors: [{ code, node: null }], parameters: 0, flopsPerStep: 0, nodes: {} },
    ])
    expect(result.error).toMatch(sentence)
  })
})

describe('a model that sees the token it must predict', () => {
  it('causes a warning by check and train, and still trains', { timeout: 60_000 }, async () => {
    const characters = await builtInLab('characters')
    const blind = (node: Lab['graph']['nodes'][number]) =>
      'mask' in node.params ? { ...node, params: { ...node.params, mask: 'none' } } : node
    const open = { ...characters, graph: { ...characters.graph, nodes: characters.graph.nodes.map(blind) } }
    await writeFile(path('no-causal-mask.json'), JSON.stringify(open))
    const checked = await run('check', 'no-causal-mask.json', '--no-trial', '--json')
    const [{ ok, errors, warnings }] = jsonLines(checked.out) as [
      { ok: boolean; errors: []; warnings: { code: string; message: string }[] },
    ]
    expect({ code: checked.code, ok, errors }).toEqual({ code: 0, ok: true, errors: [] })
    expect(warnings.map(({ code }) => code)).toContain('graph.sees-next')
    for (const { message } of warnings) expect(checked.error).toContain(message)
    const trained = await run('train', 'no-causal-mask.json', '--steps', '2')
    expect(trained.code).toBe(0)
    for (const { message } of warnings) expect(trained.error).toContain(message)
    expect((await run('check', 'characters', '--no-trial')).error).toBe('')
  })
})
