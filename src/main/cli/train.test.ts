/** `train` of the built command line. Needs `npm run build`. */
import { once } from 'node:events'
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { builtCli, builtInLab, jsonLines, resultOf, sentence } from './testing/built-cli'

const { lastWeights, path, run, runOnOneCore, start, startIn } = builtCli()

describe('train', () => {
  it('prints every step and the summary as JSON, with the same bytes every time', { timeout: 60_000 }, async () => {
    const [first, second] = await Promise.all([
      run('train', 'reverse', '--steps', '20', '--seed', '7', '--json'),
      run('train', 'reverse', '--steps', '20', '--seed', '7', '--json', '--engine', 'auto'),
    ])
    expect(first).toMatchObject({ code: 0, error: '' })
    const lines = jsonLines(first.out)
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
    expect((jsonLines(second.out)[20] as typeof done).stateHash).toBe(done.stateHash)
  })

  it(
    'divides batches into shards, with the same bytes on one core and on all, whole or resumed',
    { timeout: 60_000 },
    async () => {
      const shards = ['train', 'reverse', '--seed', '7', '--json', '--shards', '3']
      const [all, one, whole] = await Promise.all([
        run(...shards, '--steps', '12'),
        runOnOneCore(...shards, '--steps', '12'),
        run('train', 'reverse', '--seed', '7', '--json', '--steps', '12'),
      ])
      const hashOf = ({ out }: { readonly out: string }) => (jsonLines(out).at(-1) as { readonly stateHash: string }).stateHash
      expect(hashOf(one)).toBe(hashOf(all))
      expect(hashOf(whole)).not.toBe(hashOf(all)) // other roundings
      await run(...shards, '--steps', '5', '--out', 'sharded')
      expect(hashOf(await run('train', '--resume', 'sharded', '--steps', '12', '--json'))).toBe(hashOf(all))
      const refused = await run('train', 'batch-norm', '--shards', '2', '--steps', '2')
      expect(refused).toMatchObject({ code: 1, error: expect.stringContaining('2 shards') as string })
    },
  )

  it('saves checkpoint, weights and metrics in the given folder, and nothing elsewhere', { timeout: 60_000 }, async () => {
    const { code, out, error } = await run('train', 'reverse', '--steps', '5', '--out', 'kept/here')
    expect(code).toBe(0)
    expect(out).toMatch(/^Done: 5 steps, loss [\d.]+\.\nvalidation +value +majority baseline\nloss +[\d.]+\n/)
    expect(out).toMatch(
      /^accuracy +[\d.]+ % +[\d.]+ %\n(.+ %\n)*exact match +[\d.]+ % +0 %\nGoal not reached: \d+ % accuracy within \d+ steps\.$/m,
    )
    expect(error).toContain(path('kept/here'))
    const names = await readdir(path('kept/here'))
    expect(names).toContain(await lastWeights('kept/here'))
    expect(names.filter((name) => /^checkpoint\.\d.*\.safetensors$/.test(name)).length).toBeLessThanOrEqual(2) // more if steps were slow
    expect(names).toEqual(expect.arrayContaining(['checkpoint.json', 'lab.json', 'metrics.jsonl', 'run.json']))
    const metrics = jsonLines(await readFile(path('kept/here/metrics.jsonl'), 'utf8')) as { step?: number }[]
    expect(metrics.flatMap(({ step }) => step ?? [])).toEqual([1, 2, 3, 4, 5])
    expect((await readdir(path('.'))).filter((name) => name.startsWith('attention-lab-'))).toEqual([])
  })

  it('names the engine used instead, and the reason, if the native library does not load', { timeout: 60_000 }, async () => {
    await writeFile(path('no-library.cjs'), `process.dlopen = () => { throw new Error('cannot open the library') }`)
    const environment = { NODE_OPTIONS: `--require ${JSON.stringify(path('no-library.cjs'))}` }
    const { code, out, error } = await resultOf(startIn(environment, 'train', 'reverse', '--steps', '2', '--json'))
    expect(code).toBe(0)
    expect(jsonLines(out).at(-1)).toMatchObject({ type: 'done', engine: 'tfjs' })
    expect(error).toMatch(
      /^[^\n]*“onnxruntime” could not be started, so “tfjs” is used instead[^\n]*cannot open the library[^\n]*\n$/,
    )
  })

  it('starts with the weights of another training, and reports which were used', { timeout: 60_000 }, async () => {
    expect((await run('train', 'reverse', '--steps', '3', '--out', 'pretrained')).code).toBe(0)
    const file = await lastWeights('pretrained')
    const given = ['pretrained', join('pretrained', file)]
    const results = await Promise.all(
      given.map((from) => run('train', 'reverse', '--steps', '2', '--seed', '9', '--from', from, '--json')),
    )
    for (const { code, out } of results) {
      const [first] = jsonLines(out) as [{ matched: string[] }]
      expect(code).toBe(0)
      expect(first).toMatchObject({ type: 'transplant', misfits: [], missing: [], unused: [] })
      expect(first.matched).toContain('embedding/table')
    }
    const hashes = results.map(({ out }) => (jsonLines(out).at(-1) as { stateHash: string }).stateHash)
    expect(hashes[0]).toBe(hashes[1])

    const other = await run('train', 'pos-tagging', '--steps', '2', '--from', 'pretrained')
    expect(other.out).toMatch(/^Loaded weights: \d+\. The other \d+ weights of the model are initialised/)
    expect(other.out).toMatch(/\n {2}embedding\/table: shapes differ: \(\d+, \d+\) in the source, \(\d+, \d+\) in this model\n/)
  })

  it('fails with a message if there are no initial weights', async () => {
    await writeFile(path('damaged.safetensors'), 'no weights')
    for (const from of ['nowhere', 'damaged.safetensors', '.']) {
      const { code, out, error } = await run('train', 'reverse', '--steps', '2', '--from', from, '--json')
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(error).toMatch(sentence)
    }
  })

  it("learns from the user's own text", { timeout: 60_000 }, async () => {
    await writeFile(path('text.txt'), 'the quick brown fox jumps over the lazy dog. '.repeat(40))
    const { code, out } = await run('train', 'characters', '--steps', '2', '--data', 'text.txt', '--json')
    expect(code).toBe(0)
    expect(jsonLines(out).at(-1)).toMatchObject({ type: 'done', steps: 2, evaluation: { loss: expect.any(Number) as number } })
  })

  it('reports every unusable file with one message', async () => {
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
    await mkdir(path('nothing'))
    expect(await train('nothing')).toMatch(/None of these files contains text/)
  })

  it('fails with a message for a lab that cannot be trained, and a task that takes no text', async () => {
    await writeFile(path('some.txt'), 'text '.repeat(100))
    const { graph, ...lab } = await builtInLab('reverse')
    await writeFile(path('broken.json'), JSON.stringify({ ...lab, graph: { ...graph, edges: graph.edges.slice(1) } }))
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

  it('stops after a step when interrupted, and keeps its checkpoint', { timeout: 60_000 }, async () => {
    const child = start('train', 'reverse', '--steps', '1000000', '--out', 'interrupted', '--json')
    await once(child.stdout, 'data')
    child.kill('SIGINT')
    child.stdout.resume()
    await once(child, 'close')
    expect(child.exitCode).toBe(130)
    expect(await readdir(path('interrupted'))).toContain('checkpoint.json')
  })
})

describe('a classification training', () => {
  it(
    'reports each class beside the baseline, and keeps the best weights for generate and predict',
    { timeout: 90_000 },
    async () => {
      const lab = {
        ...(await builtInLab('pos-tagging')),
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
        jsonLines((await run('predict', 'classes', '--text', 'the cat sleeps', '--json', ...more)).out)[0]
      expect(await asked()).toMatchObject({
        step: 7,
        validation: expect.arrayContaining([expect.objectContaining({ name: 'DET' })]) as object,
      })
      const best = (await asked('--best')) as object
      expect(best).toMatchObject({ step: Number(step) })
      expect(best).not.toHaveProperty('validation') // those figures belong to the last weights
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

describe('a training that is killed', () => {
  /** Every file under a folder with its content. */
  async function files(of: string): Promise<string[]> {
    const entries = await readdir(of, { recursive: true, withFileTypes: true })
    return Promise.all(
      entries.filter((each) => each.isFile()).map((each) => readFile(join(each.parentPath, each.name), 'latin1')),
    )
  }

  it('leaves nothing of its text, and the next one removes the rest', { timeout: 60_000 }, async () => {
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

  it('needs a folder for temporary files, and reports if there is none', async () => {
    const { code, error } = await resultOf(startIn({ TMPDIR: path('nowhere') }, 'train', 'reverse', '--steps', '1'))
    expect(code).toBe(1)
    expect(error).toMatch(/^The folder for temporary files, “.*nowhere”, cannot be used: .*\. .*\n$/)
  })
})
