/** The built command line, as scripts call it; needs `npm run build`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const script = join(root, 'out/main/cli.js')
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attention-lab-cli-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Result {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

function start(...args: string[]) {
  return startIn({}, ...args)
}

function startIn(environment: NodeJS.ProcessEnv, ...args: string[]) {
  const env = { ...process.env, LC_ALL: 'C', ATTENTION_LAB_HOME: join(folder, 'home'), TMPDIR: folder, ...environment }
  return spawn(process.execPath, [script, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
}

const run = (...args: string[]): Promise<Result> => resultOf(start(...args))

async function resultOf(child: ReturnType<typeof start>): Promise<Result> {
  let [out, error] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text))
  await once(child, 'close')
  return { code: child.exitCode, out, error }
}

interface Lab {
  readonly task: { readonly params: { readonly length: number } }
  readonly training: { readonly batchSize: number }
  readonly graph: { readonly nodes: readonly { kind: string; params: object }[]; readonly edges: unknown[] }
}
interface LabText {
  readonly training: Record<string, unknown>
}
const reverse = async (): Promise<Lab> => JSON.parse(await readFile(join(root, 'resources/labs/reverse.json'), 'utf8')) as Lab

const json = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
const path = (name: string): string => join(folder, name)
/** The file of a kept training's last checkpoint; that of the one before may still lie beside it. */
const lastWeights = async (kept: string): Promise<string> =>
  (JSON.parse(await readFile(join(path(kept), 'checkpoint.json'), 'utf8')) as { weights: { file: string } }).weights.file
const sentence = /^\S[^\n]{10,}[.?]\n$/

describe('labs', () => {
  it('lists the built-in labs, one JSON object a line', async () => {
    const { code, out } = await run('labs', '--json')
    expect(code).toBe(0)
    const ids = json(out).map((lab) => (lab as { id: string }).id)
    expect(ids).toEqual(ids.toSorted())
    expect(ids).toEqual(expect.arrayContaining(['characters', 'pos-tagging', 'reverse']))
    const lines = (await run('labs')).out.trim().split('\n')
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['id', ...ids])
  })
})

describe('experiment', () => {
  it('lists the experiments, each with the questions it answers', async () => {
    const { code, out } = await run('experiment', '--json')
    expect(code).toBe(0)
    const questions = json(out).flatMap((each) => (each as { questions: number[] }).questions)
    expect([...new Set(questions)].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  })

  it('measures one, by its question, and tells the numbers behind each verdict', { timeout: 60_000 }, async () => {
    const { code, out } = await run('experiment', '20', '--quick', '--json')
    expect(code).toBe(0)
    const last = json(out).at(-1)
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

  it('does not know others, and says which there are', async () => {
    const { code, error } = await run('experiment', 'alchemy')
    expect(code).toBe(1)
    expect(error).toMatch(/no experiment “alchemy”.*recurrence, shapes/)
  })

  it('ends with 130 when it is interrupted, and leaves no process', { timeout: 60_000 }, async () => {
    const child = start('experiment', 'norms')
    await once(child.stderr, 'data')
    child.kill('SIGINT')
    expect((await resultOf(child)).code).toBe(130)
  })
})

describe('check', () => {
  it('gives shapes, parameters and cost of a lab that is complete', async () => {
    const { code, out, error } = await run('check', 'reverse', '--json')
    expect(code).toBe(0)
    const [found, ...more] = json(out)
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
      'budgetError',
      'nodes',
    ])
    const { task, training } = await reverse()
    const shape = [training.batchSize, task.params.length]
    expect(found).toMatchObject({
      ok: true,
      errors: [],
      parameters: expect.any(Number) as number,
      flopsPerStep: expect.any(Number) as number,
      bytes: expect.any(Number) as number,
      nodes: { tokens: { outputs: { ids: { axes: ['batch', 'token'], shape } }, parameters: 0 } },
    })
    const { budget, budgetError } = found as { budget: unknown; budgetError: { message: string } | null }
    expect(error).toBe(budgetError ? `${budgetError.message}\n` : '')
    // A machine with other work may not take two steps in three seconds.
    if (budget === null) expect(budgetError).toMatchObject({ code: 'budget.too-slow' })
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
    const [told] = json(out) as [{ parameters: number; frozenParameters: number }]
    expect(told.frozenParameters).toBeGreaterThan(0)
    const lines = (await run('check', 'frozen-projections', '--no-trial')).out
    expect(lines).toContain(`Parameters: ${told.parameters} trainable, ${told.frozenParameters} frozen\n`)
  })

  it('tells shapes, parameters, FLOPs and memory without training anything, with --no-trial', async () => {
    const { code, out, error } = await run('check', 'reverse', '--no-trial', '--json')
    expect({ code, error }).toEqual({ code: 0, error: '' })
    const found = json(out)[0] as Readonly<Record<string, number | null>>
    expect(found).toMatchObject({ ok: true, budget: null, budgetError: null })
    // Weights, their two moments and gradients are the least that training needs.
    expect(found['bytes']).toBeGreaterThan(4 * 4 * found['parameters']!)
    expect(found['flopsPerStep']).toBeGreaterThan(6 * found['parameters']!)
    const plain = await run('check', 'reverse', '--no-trial')
    expect(plain.out).toMatch(/\nTraining memory: about \d+ MB \(estimate\)\nThe lab is valid\.\n$/)
  })

  it('reads data of one’s own, as train does: their vocabulary, their notices and what is wrong with them', async () => {
    const lab = { ...(await reverse()), task: { kind: 'own-tagging', params: {} } }
    await writeFile(path('tags.json'), JSON.stringify(lab))
    const sentences = Array.from({ length: 30 }, (_, index) => `word${index}\tA\n${index < 3 ? '\tB\n' : ''}other\tB\n`)
    await writeFile(path('tags.tsv'), sentences.join('\n'))
    const checked = async (...args: string[]) => json((await run('check', 'tags.json', '--no-trial', '--json', ...args)).out)[0]
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

  it('says why nothing was tried of a lab that is complete, but too large for this computer', async () => {
    const lab = await reverse()
    const task = { kind: 'reverse', params: { length: 64 } }
    const training = { ...lab.training, batchSize: 1024 }
    const nodes = lab.graph.nodes.map((node) =>
      node.kind === 'embedding' ? { ...node, params: { ...node.params, width: 4096 } } : node,
    )
    await writeFile(path('huge.json'), JSON.stringify({ ...lab, task, training, graph: { ...lab.graph, nodes } }))
    const { code, out, error } = await run('check', 'huge.json', '--json')
    expect(code).toBe(0)
    const [found] = json(out) as [{ bytes: number; budgetError: { message: string } }]
    expect(found).toMatchObject({ ok: true, budget: null, budgetError: { code: 'run.too-large' } })
    expect(found.bytes).toBeGreaterThan(4 * 2 ** 30)
    expect(error).toContain(found.budgetError.message)
  })

  it('names every problem of one that is not, with its node, and fails', async () => {
    const lab = await reverse()
    lab.graph.edges.shift()
    await writeFile(path('broken.json'), JSON.stringify(lab))
    const { code, out, error } = await run('check', 'broken.json', '--json')
    expect(code).toBe(1)
    const [found] = json(out) as [{ ok: boolean; errors: { code: string; node: string; message: string }[] }]
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
  ])('of %s still prints its object', async (name, content, code) => {
    await writeFile(path(name), content)
    const result = await run('check', name, '--json')
    expect(result.code).toBe(1)
    expect(json(result.out)).toMatchObject([
      { ok: false, errors: [{ code, node: null }], parameters: 0, flopsPerStep: 0, nodes: {} },
    ])
    expect(result.error).toMatch(sentence)
  })
})

describe('a model that sees the token it is to predict', () => {
  it('is warned about by check and by train, and trains all the same', { timeout: 60_000 }, async () => {
    const characters = JSON.parse(await readFile(join(root, 'resources/labs/characters.json'), 'utf8')) as Lab
    const blind = (node: Lab['graph']['nodes'][number]) =>
      'mask' in node.params ? { ...node, params: { ...node.params, mask: 'none' } } : node
    const open = { ...characters, graph: { ...characters.graph, nodes: characters.graph.nodes.map(blind) } }
    await writeFile(path('no-causal-mask.json'), JSON.stringify(open))
    const checked = await run('check', 'no-causal-mask.json', '--no-trial', '--json')
    const [{ ok, errors, warnings }] = json(checked.out) as [
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

describe('train', () => {
  it('prints every step and the end as JSON, the same bytes every time', { timeout: 60_000 }, async () => {
    const [first, second] = await Promise.all([
      run('train', 'reverse', '--steps', '20', '--seed', '7', '--json'),
      run('train', 'reverse', '--steps', '20', '--seed', '7', '--json', '--engine', 'auto'),
    ])
    expect(first).toMatchObject({ code: 0, error: '' })
    const lines = json(first.out)
    expect(lines).toHaveLength(21)
    lines.slice(0, 20).forEach((line, index) => {
      expect(line).toEqual({ type: 'step', step: index + 1, loss: expect.any(Number) as number })
    })
    const done = lines[20] as Record<string, unknown>
    expect(Object.keys(done)).toEqual([
      'type',
      'steps',
      'loss',
      'evaluation',
      'parameters',
      'engine',
      'endedEarly',
      'msPerStep',
      'stateHash',
      'classes',
      'baseline',
    ])
    expect(done).toMatchObject({
      type: 'done',
      steps: 20,
      engine: expect.stringMatching(/^(onnxruntime|tfjs)$/) as string,
      stateHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    })
    const metrics = ['accuracy', 'balancedAccuracy', 'f1Macro', 'exactMatch']
    expect(Object.keys(done.evaluation as object)).toEqual(['loss', ...metrics])
    expect(Object.keys(done.baseline as object)).toEqual(metrics)
    expect((json(second.out)[20] as typeof done).stateHash).toBe(done.stateHash)
  })

  it('keeps checkpoint, weights and metrics where it is told, and nothing anywhere else', { timeout: 60_000 }, async () => {
    const { code, out, error } = await run('train', 'reverse', '--steps', '5', '--out', 'kept/here')
    expect(code).toBe(0)
    expect(out).toMatch(/^Done: 5 steps, loss [\d.]+\.\nvalidation +value +majority baseline\nloss +[\d.]+\n/)
    expect(out).toMatch(
      /^accuracy +[\d.]+ % +[\d.]+ %\n(.+ %\n)*exact match +[\d.]+ % +0 %\nGoal not reached: \d+ % accuracy within \d+ steps\.$/m,
    )
    expect(error).toContain(path('kept/here'))
    const names = await readdir(path('kept/here'))
    expect(names).toContain(await lastWeights('kept/here'))
    expect(names.filter((name) => /^checkpoint\.\d.*\.safetensors$/.test(name)).length).toBeLessThanOrEqual(2) // where steps were slow, also those before
    expect(names).toEqual(expect.arrayContaining(['checkpoint.json', 'lab.json', 'metrics.jsonl', 'run.json']))
    const metrics = json(await readFile(path('kept/here/metrics.jsonl'), 'utf8')) as { step?: number }[]
    expect(metrics.flatMap(({ step }) => step ?? [])).toEqual([1, 2, 3, 4, 5])
    expect((await readdir(folder)).filter((name) => name.startsWith('attention-lab-'))).toEqual([])
  })

  it('says which engine computes instead, and why, where the native library does not load', { timeout: 60_000 }, async () => {
    await writeFile(path('no-library.cjs'), `process.dlopen = () => { throw new Error('cannot open the library') }`)
    const environment = { NODE_OPTIONS: `--require ${JSON.stringify(path('no-library.cjs'))}` }
    const { code, out, error } = await resultOf(startIn(environment, 'train', 'reverse', '--steps', '2', '--json'))
    expect(code).toBe(0)
    expect(json(out).at(-1)).toMatchObject({ type: 'done', engine: 'tfjs' })
    expect(error).toMatch(
      /^[^\n]*“onnxruntime” could not be started, so “tfjs” is used instead[^\n]*cannot open the library[^\n]*\n$/,
    )
  })

  it('begins with the weights of another training, and says what became of each', { timeout: 60_000 }, async () => {
    expect((await run('train', 'reverse', '--steps', '3', '--out', 'pretrained')).code).toBe(0)
    const file = await lastWeights('pretrained')
    const given = ['pretrained', join('pretrained', file)]
    const results = await Promise.all(
      given.map((from) => run('train', 'reverse', '--steps', '2', '--seed', '9', '--from', from, '--json')),
    )
    for (const { code, out } of results) {
      const [first] = json(out) as [{ matched: string[] }]
      expect(code).toBe(0)
      expect(first).toMatchObject({ type: 'transplant', misfits: [], missing: [], unused: [] })
      expect(first.matched).toContain('embedding/table')
    }
    const hashes = results.map(({ out }) => (json(out).at(-1) as { stateHash: string }).stateHash)
    expect(hashes[0]).toBe(hashes[1])

    const other = await run('train', 'pos-tagging', '--steps', '2', '--from', 'pretrained')
    expect(other.out).toMatch(/^Loaded weights: \d+\. The other \d+ weights of the model are initialised/)
    expect(other.out).toMatch(/\n {2}embedding\/table: shapes differ: \(\d+, \d+\) in the source, \(\d+, \d+\) in this model\n/)
  })

  it('fails with a sentence where there are no weights to begin with', async () => {
    await writeFile(path('damaged.safetensors'), 'no weights')
    for (const from of ['nowhere', 'damaged.safetensors', '.']) {
      const { code, out, error } = await run('train', 'reverse', '--steps', '2', '--from', from, '--json')
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(error).toMatch(sentence)
    }
  })

  it("learns from the person's own text", { timeout: 60_000 }, async () => {
    await writeFile(path('text.txt'), 'the quick brown fox jumps over the lazy dog. '.repeat(40))
    const { code, out } = await run('train', 'characters', '--steps', '2', '--data', 'text.txt', '--json')
    expect(code).toBe(0)
    expect(json(out).at(-1)).toMatchObject({ type: 'done', steps: 2, evaluation: { loss: expect.any(Number) as number } })
  })

  it('answers every unusable file with one sentence', async () => {
    await writeFile(path('empty.txt'), '')
    await writeFile(path('one.txt'), 'a')
    await writeFile(path('binary.bin'), Buffer.from([1, 2, 0, 255]))
    await writeFile(
      path('latin.txt'),
      Buffer.from([...Buffer.from('caf'), 0xe9, 0x20].flatMap((byte) => Array<number>(300).fill(byte))),
    )
    await writeFile(path('words.txt'), 'café '.repeat(300), 'latin1')
    await writeFile(path('huge.txt'), '')
    await truncate(path('huge.txt'), 300 * 2 ** 20)
    const train = async (data: string) => {
      const { code, out, error } = await run('train', 'characters', '--data', data, '--json')
      expect({ data, code, out }).toEqual({ data, code: 1, out: '' })
      expect(error).toMatch(sentence)
      return error
    }
    expect(await train('empty.txt')).toMatch(/empty/)
    expect(await train('one.txt')).toMatch(/too short/)
    expect(await train('binary.bin')).toMatch(/not a text/)
    expect(await train('latin.txt')).toMatch(/not UTF-8/)
    expect(await train('words.txt')).toMatch(/not UTF-8/)
    expect(await train('huge.txt')).toMatch(/300 MB, and the limit is 256 MB/)
    expect(await train('none.txt')).toMatch(/The file “none.txt” does not exist/)
    expect(await train('.')).toMatch(/is a folder/)
  })

  it('fails with a sentence for a lab it cannot train, and a task that takes no text', async () => {
    await writeFile(path('some.txt'), 'text '.repeat(100))
    for (const args of [
      ['none'],
      ['broken.json'],
      ['.'],
      ['reverse', '--data', 'some.txt'],
      ['reverse', '--out', 'some.txt'],
    ]) {
      const { code, out, error } = await run('train', ...args)
      expect({ args, code, out }).toEqual({ args, code: 1, out: '' })
      expect(error).toMatch(sentence)
    }
  })

  it('stops after a step when it is interrupted, and keeps its checkpoint', { timeout: 60_000 }, async () => {
    const child = start('train', 'reverse', '--steps', '1000000', '--out', 'interrupted', '--json')
    await once(child.stdout, 'data')
    child.kill('SIGINT')
    child.stdout.resume()
    await once(child, 'close')
    expect(child.exitCode).toBe(130)
    expect(await readdir(path('interrupted'))).toContain('checkpoint.json')
  })
})

describe('train --out', () => {
  /** Every file under the folder with its content. */
  const contents = async (name: string): Promise<Record<string, string>> => {
    const files = (await readdir(path(name), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    const read = files.map(async (file) => [
      join(file.parentPath, file.name),
      await readFile(join(file.parentPath, file.name), 'utf8'),
    ])
    return Object.fromEntries(await Promise.all(read)) as Record<string, string>
  }
  const exists = (name: string): Promise<boolean> =>
    access(path(name)).then(
      () => true,
      () => false,
    )
  const quick = (out: string, ...more: string[]): Promise<Result> =>
    run('train', 'reverse', '--steps', '2', '--out', out, ...more)

  beforeAll(async () => {
    expect((await quick('trained')).code).toBe(0)
  })

  it('refuses a folder with files of others, such as a lab, and leaves them as they are', async () => {
    await mkdir(path('mine'))
    await writeFile(path('mine/lab.json'), 'my own lab')
    await writeFile(path('mine/checkpoint.mine.safetensors'), 'my own weights')
    const before = await contents('mine')
    const { code, out, error } = await quick('mine')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(error).toMatch(/^“[^”]*mine” is not empty.*specify a new or empty folder/)
    expect(error).toMatch(sentence)
    expect(await contents('mine')).toEqual(before)
  })

  it('refuses a folder that holds a training, and leaves it as it is', async () => {
    const before = await contents('trained')
    const { code, error } = await quick('trained')
    expect(code).toBe(1)
    expect(error).toMatch(/^“[^”]*trained” already contains a training run.*Specify another folder/)
    expect(await contents('trained')).toEqual(before)
  })

  it('takes an empty folder', { timeout: 60_000 }, async () => {
    await mkdir(path('empty'))
    expect((await quick('empty')).code).toBe(0)
    expect(await readdir(path('empty'))).toContain('checkpoint.json')
  })

  it('leaves no trace of a start that fails: a new folder is gone, an empty one stays empty', { timeout: 60_000 }, async () => {
    await writeFile(path('damaged.safetensors'), 'no weights')
    const wrong = [['reverse', '--from', 'damaged.safetensors'], ['reverse', '--data', 'damaged.safetensors'], ['unknown-lab']]
    const before = await contents('trained')
    await Promise.all(
      wrong.map(async (args, index) => {
        const [fresh, empty] = [`fresh-${index}`, `empty-${index}`]
        await mkdir(path(empty))
        for (const out of [join(fresh, 'and', 'deep'), empty, 'trained']) {
          expect((await run('train', ...args, '--out', out)).code).toBe(1)
        }
        expect(await exists(fresh)).toBe(false)
        expect(await readdir(path(empty))).toEqual([])
      }),
    )
    expect(await contents('trained')).toEqual(before)
  })

  it('keeps one of two trainings that want the same folder at the same time', { timeout: 60_000 }, async () => {
    const results = await Promise.all([quick('contested'), quick('contested')])
    const refused = results.filter(({ code }) => code === 1)
    expect(results.map(({ code }) => code).toSorted()).toEqual([0, 1])
    expect(refused[0]!.error).toMatch(/Another training run is writing to “[^”]*contested”|already contains a training run/)
    expect((await readdir(path('contested'))).filter((name) => name.endsWith('.lock'))).toEqual([])
  })

  it(
    'refuses a second training while the first goes on, and ends the first as if nothing had been',
    { timeout: 60_000 },
    async () => {
      const first = start('train', 'reverse', '--steps', '1000000', '--out', 'under-way', '--json')
      await once(first.stdout, 'data')
      first.stdout.resume()
      expect((await quick('under-way')).error).toMatch(/Another training run is writing to “[^”]*under-way”/)
      first.kill('SIGINT')
      await once(first, 'close')
      expect(first.exitCode).toBe(130)
      expect((await run('generate', 'under-way')).error).toMatch(/does not predict the next token/) // it is read as a training
    },
  )

  it('leaves files alone that somebody puts there while it trains', { timeout: 60_000 }, async () => {
    const child = start('train', 'reverse', '--steps', '1000000', '--out', 'shared', '--json')
    await once(child.stdout, 'data')
    child.stdout.resume()
    await writeFile(path('shared/checkpoint.mine.safetensors'), 'my own weights')
    await cp(path('trained'), path('shared/copy'), { recursive: true })
    child.kill('SIGINT')
    await once(child, 'close')
    expect(await readFile(path('shared/checkpoint.mine.safetensors'), 'utf8')).toBe('my own weights')
    expect(await readdir(path('shared/copy'))).toEqual(await readdir(path('trained')))
  })

  it.runIf(process.platform === 'linux')('says so where no folder can be made, instead of trying for ever', async () => {
    const { code, error } = await quick('/proc/attention-lab/kept')
    expect(code).toBe(1)
    expect(error).toMatch(/^The folder “\/proc\/attention-lab\/kept” cannot be created.*Choose another location\.\n$/)
    const served = await resultOf(startIn({ ATTENTION_LAB_HOME: '/proc/attention-lab' }, 'serve'))
    expect(served).toMatchObject({ code: 1, out: '' })
    expect(served.error).toMatch(/^The folder “\/proc\/attention-lab/)
  })
})

describe('a training that is killed', () => {
  /** Every file under a folder, with what it holds. */
  async function files(of: string): Promise<string[]> {
    const entries = await readdir(of, { recursive: true, withFileTypes: true })
    return Promise.all(
      entries.filter((each) => each.isFile()).map((each) => readFile(join(each.parentPath, each.name), 'latin1')),
    )
  }

  it('leaves nothing of its text, and what else it leaves goes with the next one', { timeout: 60_000 }, async () => {
    await mkdir(path('temporary'))
    const environment = { TMPDIR: path('temporary') }
    await writeFile(path('private.txt'), 'a very private sentence '.repeat(4000))
    const args = ['train', 'characters', '--data', 'private.txt', '--json']
    const child = startIn(environment, ...args)
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await readdir(path('temporary'))).toHaveLength(1)
    for (const content of await files(path('temporary'))) expect(content).not.toContain('private sentence')
    expect(await resultOf(startIn(environment, 'train', 'reverse', '--steps', '1'))).toMatchObject({ code: 0 })
    expect(await readdir(path('temporary'))).toEqual([])
  })

  it('needs a folder for temporary files, and says where there is none', async () => {
    const { code, error } = await resultOf(startIn({ TMPDIR: path('nowhere') }, 'train', 'reverse', '--steps', '1'))
    expect(code).toBe(1)
    expect(error).toMatch(/^The folder for temporary files, “.*nowhere”, cannot be used: .*\. .*\n$/)
  })
})

describe('serve', () => {
  it('prints its address, answers there, and ends cleanly when it is interrupted', { timeout: 60_000 }, async () => {
    const child = start('serve', '--json')
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
    const { type, address } = JSON.parse(line) as { type: string; address: string }
    expect(type).toBe('serving')
    expect((await fetch(address)).status).toBe(200)
    expect((await fetch(new URL('/', address))).status).toBe(403)

    const elsewhere = { ATTENTION_LAB_HOME: path('another-home') }
    const taken = await resultOf(startIn(elsewhere, 'serve', '--port', new URL(address).port))
    expect(taken).toMatchObject({ code: 1, out: '' })
    expect(taken.error).toMatch(/already in use/)

    const second = await run('serve')
    expect(second).toMatchObject({ code: 1, out: '' })
    expect(second.error).toMatch(new RegExp(`^Attention Lab is already running .*process ${child.pid}\\).* ${address}\\n$`))

    const waiting = start('serve')
    await new Promise((resolve) => setTimeout(resolve, 2000)) // it waits for 5 s in all
    const interrupted = performance.now()
    waiting.kill('SIGINT')
    await once(waiting, 'exit')
    expect(waiting.exitCode).toBe(0)
    expect(performance.now() - interrupted).toBeLessThan(2000)

    child.kill('SIGINT')
    await once(child, 'exit')
    expect(child.exitCode).toBe(0)
    await expect(fetch(address)).rejects.toThrow()
  })

  it('warns where others can reach it', async () => {
    const child = start('serve', '--host', '0.0.0.0')
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    await expect.poll(() => said, { timeout: 10_000 }).toMatch(/Warning: 0\.0\.0\.0 can be reached from other computers/)
    child.kill('SIGTERM')
    await once(child, 'exit')
    expect(child.exitCode).toBe(0)
  })
})

describe('generate', () => {
  it('writes on from a kept run, with the vocabulary of the text it learned from', { timeout: 120_000 }, async () => {
    const lab = {
      ...(JSON.parse(await readFile(join(root, 'resources/labs/characters.json'), 'utf8')) as object),
      task: { kind: 'characters', params: { length: 8 } },
      graph: smallGraph,
    }
    await writeFile(path('small.json'), JSON.stringify(lab))
    await writeFile(path('own.txt'), 'xyz'.repeat(400))
    const trained = await run('train', 'small.json', '--steps', '300', '--data', 'own.txt', '--out', 'own')
    expect(trained.code).toBe(0)
    const written = await run('generate', 'own', '--prompt', 'xyzx', '--length', '20', '--temperature', '0', '--json')
    expect(written).toMatchObject({ code: 0, error: '' })
    expect(json(written.out)).toEqual([
      {
        type: 'done',
        text: 'xyz'.repeat(8),
        tokens: 20,
        tokensPerSecond: expect.any(Number) as number,
        cached: true,
        engine: expect.stringMatching(/^(onnxruntime|tfjs)$/) as string,
      },
    ])

    const several = await run(
      'generate',
      'own',
      '--prompt',
      'yz',
      '--length',
      '7',
      '--temperature',
      '0',
      '--samples',
      '2',
      '--json',
    )
    expect(json(several.out)).toMatchObject([{ type: 'done', texts: ['yzxyzxyzx', 'yzxyzxyzx'], tokens: 14 }])

    const [empty] = json((await run('generate', 'own', '--prompt', '', '--length', '6', '--temperature', '0', '--json')).out)
    expect(empty).toMatchObject({ text: 'yzxyzx', tokens: 6 }) // after x, the first token there is

    const foreign = await run('generate', 'own', '--prompt', 'abc')
    expect(foreign).toMatchObject({ code: 1, out: '' })
    expect(foreign.error).toMatch(/The character “a” is not in the vocabulary/)
  })

  it('says so where the lab predicts no next token, and where there is none', async () => {
    const other = await run('generate', 'reverse', '--length', '3')
    expect(other).toMatchObject({ code: 1, out: '' })
    expect(other.error).toMatch(/does not predict the next token/)
    expect((await run('generate', 'nowhere')).code).toBe(1)
  })
})

describe('predict', () => {
  it('tells classes, tags and next tokens with their probabilities, as a table or as JSON', { timeout: 60_000 }, async () => {
    const classes = await run('predict', 'associative-recall', '--text', 'a3b5c1b', '--json')
    expect(json(classes.out)).toMatchObject([
      { type: 'done', kind: 'classes', tokens: Array.from('a3b5c1b'), unknown: [], step: 0 },
    ])
    const tags = await run('predict', 'pos-tagging', '--text', 'the cooks play')
    expect(tags).toMatchObject({ code: 0, error: expect.stringMatching(/^This model has not been trained/) as string })
    expect(tags.out.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^token +prediction +probability$/),
      expect.stringMatching(/^the +\S+ +\d+\.\d %$/),
      expect.stringMatching(/^cooks +\S+ +\d+\.\d %$/),
      expect.stringMatching(/^play +\S+ +\d+\.\d %$/),
    ])
    const next = await run('predict', 'characters', '--text', 'Once ', '--json')
    expect(json(next.out)).toMatchObject([{ kind: 'next', predictions: { length: 10 }, probabilities: { length: 10 } }])
  })

  it('marks unknown words of a kept training, and fails where its weights are damaged', { timeout: 60_000 }, async () => {
    const lab = {
      ...(JSON.parse(await readFile(join(root, 'resources/labs/pos-tagging.json'), 'utf8')) as object),
      task: { kind: 'own-tagging', params: {} },
    }
    await writeFile(path('tags.json'), JSON.stringify(lab))
    const rows = Array.from({ length: 20 }, (_, index) => `the DET\ncat${index} NOUN\nsleeps VERB`)
    await writeFile(path('tags.conll'), rows.join('\n\n'))
    const trained = await run('train', 'tags.json', '--data', 'tags.conll', '--steps', '5', '--out', 'tags')
    expect(trained).toMatchObject({ code: 0 })
    const { out } = await run('predict', 'tags', '--text', 'the zork sleeps', '--json')
    expect(json(out)).toMatchObject([{ kind: 'tokens', unknown: [1], step: 5 }])

    await truncate(join(path('tags'), await lastWeights('tags')), 100)
    const damaged = await run('predict', 'tags', '--text', 'the cat1 sleeps')
    expect(damaged).toMatchObject({ code: 1, out: '', error: expect.stringMatching(sentence) as string })
    expect(damaged.error).toContain('is damaged')
  })
})

describe('a training of classes', () => {
  it(
    'tells each class beside the baseline, and keeps the best weights for generate and predict',
    { timeout: 90_000 },
    async () => {
      const lab = {
        ...(JSON.parse(await readFile(join(root, 'resources/labs/pos-tagging.json'), 'utf8')) as LabText),
        task: { kind: 'own-tagging', params: {} },
      }
      lab.training.evaluateEvery = 2
      await writeFile(path('classes.json'), JSON.stringify(lab))
      const rows = Array.from({ length: 40 }, (_, index) => `the DET\ncat${index} ${index % 8 ? 'NOUN' : 'ADJ'}\nsleeps VERB`)
      await writeFile(path('classes.conll'), rows.join('\n\n'))
      const trained = await run('train', 'classes.json', '--data', 'classes.conll', '--steps', '7', '--out', 'classes')
      expect(trained.code).toBe(0)
      const lines = trained.out.split('\n')
      const heading = lines.findIndex((line) =>
        /^class +support +precision +\(baseline\) +recall +\(baseline\) +F1 +\(baseline\)$/.test(line),
      )
      expect(lines.slice(heading + 1, heading + 5).map((line) => line.split(/ {2,}/)[0])).toEqual([
        'ADJ',
        'DET',
        'NOUN',
        'VERB',
      ])
      const [, loss, step] = /^Lowest validation loss: (\S+) at step (\d+)\./m.exec(trained.out)!
      const { summary } = JSON.parse(await readFile(join(path('classes'), 'run.json'), 'utf8')) as {
        summary: { classes: object[]; best: { step: number; loss: number } }
      }
      expect([summary.best.loss.toPrecision(4), String(summary.best.step)]).toEqual([loss, step])
      expect(summary.classes).toHaveLength(4)

      const asked = async (...more: string[]) =>
        json((await run('predict', 'classes', '--text', 'the cat sleeps', '--json', ...more)).out)[0]
      expect(await asked()).toMatchObject({
        step: 7,
        validation: expect.arrayContaining([expect.objectContaining({ name: 'DET' })]) as object,
      })
      const best = (await asked('--best')) as object
      expect(best).toMatchObject({ step: Number(step) })
      expect(best).not.toHaveProperty('validation') // those figures are of the last weights
      expect((await run('predict', 'classes', '--text', 'the cat sleeps')).out).toMatch(/^class +support/m)
      const none = await run('predict', 'reverse', '--text', 'abc', '--best')
      expect(none).toMatchObject({
        code: 1,
        out: '',
        error: expect.stringMatching(/^No best weights are saved in “reverse”/) as string,
      })
    },
  )
})

/** One layer that looks back. */
const smallGraph = {
  nodes: [
    ['tokens', 'tokens', {}],
    ['embedding', 'embedding', { width: 16 }],
    ['position', 'position', {}],
    ['attention', 'multi-head', { heads: 2, mask: 'causal' }],
    ['classifier', 'classifier', {}],
  ].map(([id, kind, params], i) => ({ id, kind, params, position: { x: 200 * i, y: 0 } })),
  edges: [
    ['tokens', 'ids', 'embedding', 'ids'],
    ['embedding', 'y', 'position', 'x'],
    ['position', 'y', 'attention', 'x'],
    ['attention', 'y', 'classifier', 'x'],
  ].map(([node, port, to, into]) => ({ from: { node, port }, to: { node: to, port: into } })),
}

describe('bench', () => {
  it('ends with the figures of every engine, and the reason of what is not there', { timeout: 120_000 }, async () => {
    const { code, out } = await run('bench', '--models', 'tiny', '--engines', 'tfjs,pytorch', '--json')
    expect(code).toBe(0)
    const done = json(out).at(-1) as { type: string; models: { tiny: Record<string, Record<string, unknown>> } }
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
