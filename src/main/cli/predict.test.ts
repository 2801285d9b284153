/** Predictions on the command line, for each kind of output. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { LabDocument } from '@core/lab/document'
import { parseLab } from '@core/lab/read'
import { createTask } from '@core/tasks'
import { decode } from '@core/tokenisers'
import { createTraining, exportStates } from '@engine/training'
import { trainStep } from '@engine/training-step'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createExecutor } from '../engine/choose'
import { checkpointsIn } from '../engine/disk-storage'
import { createLabs } from '../service/labs'
import { textsIn } from '../texts'
import { keepTask } from '../service/kept-task'
import { predict } from './predict'
import type { Prediction } from './prediction'

const labsFolder = resolve(import.meta.dirname, '../../../resources/labs')
const texts = textsIn('en')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'predict-'))
  await keep('trained', await labOf('single-head'), { steps: 600 })
  const tagger = await labOf('pos-tagging')
  await keep('own', { ...tagger, task: { kind: 'own-tagging', params: {} } }, { data: ownTags })
}, 120_000)
afterAll(() => rm(folder, { recursive: true }))

const ownTags = Array.from({ length: 20 }, (_, index) => `the DET\ncat${index} NOUN\nsleeps VERB`).join('\n\n')

const labOf = async (name: string) => parseLab(await readFile(join(labsFolder, `${name}.json`), 'utf8'))

/** Saves it as `train --out` does. */
async function keep(name: string, lab: LabDocument, { steps = 0, data = null as string | null }): Promise<void> {
  const directory = join(folder, name)
  const training = createTraining(await createExecutor('tfjs', () => undefined), lab, data)
  for (let step = 0; step < steps; step++) await trainStep(training)
  await mkdir(directory)
  await keepTask(directory, training.task.spec)
  const { seed, learningRate } = lab.training
  const states = exportStates(training)
  await checkpointsIn(directory).write({ lab, states, step: steps, seed, learningRate, engine: 'tfjs' })
  training.model.dispose()
}

async function ask(name: string, text: string, { json = false, source = null as string | null, mute = [] as string[] } = {}) {
  const lines: string[] = []
  const said: string[] = []
  const objects: unknown[] = []
  const output = {
    line: (line: string) => void lines.push(line),
    say: (line: string) => void said.push(line),
    json: (value: unknown) => void objects.push(JSON.parse(JSON.stringify(value))),
    columns: null,
    draw: () => undefined,
  }
  const code = await predict(
    name,
    json,
    { engine: 'tfjs', best: false, text, source, mute },
    { labs: createLabs(labsFolder), output, texts },
  )
  expect(code).toBe(0)
  return { lines, said, objects }
}

async function answer(name: string, text: string, source: string | null = null, mute: string[] = []): Promise<Prediction> {
  const { lines, objects } = await ask(name, text, { json: true, source, mute })
  expect(lines).toEqual([])
  expect(objects).toHaveLength(1)
  expect(objects[0]).toMatchObject({ type: 'done', engine: 'tfjs', step: expect.any(Number) as number })
  return objects[0] as Prediction
}

const sum = (values: readonly number[] | null) => values!.reduce((total, value) => total + value, 0)
const falling = (values: readonly number[] | null) => expect(values).toEqual(values!.toSorted((a, b) => b - a))

describe('a trained model, from its folder', () => {
  it('predicts correctly, with high confidence', async () => {
    const found = await answer(join(folder, 'trained'), 'abcdhgfe')
    expect(found).toMatchObject({ kind: 'tokens', tokens: Array.from('abcdhgfe'), unknown: [], step: 600 })
    expect(found.predictions).toEqual(Array.from('efghdcba'))
    for (const probability of found.probabilities!) expect(probability).toBeGreaterThan(0.5)
  })

  it('prints only predictions, one line per token', async () => {
    const { lines, said } = await ask(join(folder, 'trained'), 'abcdhgfe')
    expect(said).toEqual([])
    expect(lines[0]).toMatch(/^token +prediction +probability$/)
    expect(lines.slice(1).map((line) => line.split(/ +/).slice(0, 2).join(''))).toEqual([
      'ae',
      'bf',
      'cg',
      'dh',
      'hd',
      'gc',
      'fb',
      'ea',
    ])
    expect(lines[1]).toMatch(/ \d+\.\d %$/)
  })
})

describe('with muted parts', () => {
  it('predicts without them: after the last block, only the biases are left, which are 0 before training', async () => {
    const whole = await answer('pos-tagging', 'the cooks play')
    const found = await answer('pos-tagging', 'the cooks play', null, ['norm-final'])
    const classes = createTask((await labOf('pos-tagging')).task, null).spec.classes.length
    for (const probability of found.probabilities!) expect(probability).toBeCloseTo(1 / classes, 6)
    for (const probability of whole.probabilities!) expect(probability).not.toBeCloseTo(1 / classes, 3)
  })

  it('mutes parts by number, from 1, and the neurons of a block only if they are named', async () => {
    const probabilities = async (...mute: string[]) => (await answer('pos-tagging', 'the cooks play', null, mute)).probabilities
    const [heads, one, both] = [
      await probabilities('attention/heads'),
      await probabilities('attention/heads:1'),
      await probabilities('attention/heads:1', 'attention/heads:2,3,4'),
    ]
    expect(both).toEqual(heads)
    expect(one).not.toEqual(heads)
    expect(await probabilities('feed-forward')).toEqual(await probabilities('feed-forward/output'))
    // The biases behind them are 0 before training.
    expect(await probabilities('feed-forward/neurons')).toEqual(await probabilities('feed-forward'))
  })

  it.each([
    ['nobody', 'run.no-such-gate'],
    ['attention/heads:0', 'run.no-such-part'],
    ['attention/heads:9', 'run.no-such-part'],
    ['attention/heads:one', 'run.no-such-part'],
  ])('%s is refused', async (part, code) => {
    await expect(answer('pos-tagging', 'the', null, [part])).rejects.toMatchObject({ code })
  })
})

describe('each kind of prediction', () => {
  it('one class of the sequence: all classes, the most probable first', async () => {
    const found = await answer('associative-recall', 'a3b5c1b')
    expect(found).toMatchObject({ kind: 'classes', tokens: Array.from('a3b5c1b') })
    expect(found.predictions.toSorted()).toEqual(Array.from('0123456789'))
    expect(sum(found.probabilities)).toBeCloseTo(1, 5)
    falling(found.probabilities)
    const { lines, said } = await ask('associative-recall', 'a3b5c1b')
    expect(lines).toHaveLength(11)
    expect(lines[1]!.startsWith(String(found.predictions[0]))).toBe(true)
    expect(said).toEqual([texts.cli('untrained')])
  })

  it('a tag for each token; unknown words are marked', async () => {
    const own = join(folder, 'own')
    const found = await answer(own, 'the zork sleeps')
    expect(found).toMatchObject({ kind: 'tokens', unknown: [1] })
    expect([found.tokens[0], found.tokens[2]]).toEqual(['the', 'sleeps'])
    for (const tag of found.predictions) expect(['DET', 'NOUN', 'VERB']).toContain(tag)
    expect(found.probabilities).toHaveLength(3)
    const { lines } = await ask(own, 'the zork sleeps')
    expect(lines.map((line) => line.endsWith('  unknown token'))).toEqual([false, false, true, false])
  })

  it('any number of labels: each with its own probability, the predicted ones marked', async () => {
    const { spec } = createTask((await labOf('topics')).task, null)
    const text = decode(spec.tokeniser, [3, 4, 5])
    const found = await answer('topics', text)
    expect(found.kind).toBe('labels')
    falling(found.probabilities)
    expect(found.given).toHaveLength(found.probabilities!.filter((probability) => probability > 0.5).length)
    const { lines } = await ask('topics', text)
    expect(lines).toHaveLength(found.predictions.length + 1)
    expect(lines.filter((line) => line.endsWith('  predicted'))).toHaveLength(found.given!.length)
  })

  it('a number, without a probability', async () => {
    const text = Array.from({ length: 16 }, (_, place) => (place % 8 === 0 ? '+0.5' : '0.25')).join(' ')
    const found = await answer('adding', text)
    expect(found).toMatchObject({ kind: 'number', probabilities: null })
    expect(found.tokens.join(' ')).toBe(text)
    const { lines } = await ask('adding', text)
    expect(lines).toHaveLength(1)
    expect(Number(lines[0])).toBeCloseTo(found.predictions[0] as number, 5)
  })

  it('the ten most probable next tokens after the last one', async () => {
    const found = await answer('tiny-gpt', 'To be')
    expect(found).toMatchObject({ kind: 'next', tokens: Array.from('To be') })
    expect(found.predictions).toHaveLength(10)
    expect(sum(found.probabilities)).toBeLessThan(1)
    falling(found.probabilities)
    expect((await answer('tiny-gpt', 'To b')).probabilities).not.toEqual(found.probabilities)
    expect((await ask('tiny-gpt', 'To be')).lines).toHaveLength(11)
  })

  it('the most probable sequence, for a model that transforms its input', async () => {
    const found = await answer('dates', 'the third of may nineteen ninety eight')
    expect(found.kind).toBe('written')
    expect(found.tokens.join('')).toContain('third')
    expect(found.predictions).toEqual([expect.any(String)])
    expect(found.logProbability).toBeLessThan(0)
    expect(found.probabilities![0]).toBeCloseTo(Math.exp(found.logProbability!), 10)
    const { lines, said } = await ask('dates', 'the third of may nineteen ninety eight')
    expect(lines).toEqual(found.predictions)
    expect(said.at(-1)).toBe(`Log probability: ${found.logProbability!.toFixed(4)} (natural logarithm, whole sequence).`)
  })

  it('the next token of such a sequence, if its source is given too', async () => {
    const found = await answer('dates', '199', 'the third of may nineteen ninety eight')
    expect(found.kind).toBe('next')
    expect(found.tokens.slice(1)).toEqual(['1', '9', '9'])
    expect(found.source!.unknown).toEqual([])
    const other = await answer('dates', '199', 'april third')
    expect(other.probabilities).not.toEqual(found.probabilities)
  })
})

describe('rejects with a message', () => {
  it.each([
    ['a letter without a token', 'reverse', 'abz', 'generate.unknown-source'],
    ['a character without a token', 'tiny-gpt', 'To 字', 'generate.unknown-character'],
    ['a text that is too long', 'reverse', 'a'.repeat(13), 'look.too-long'],
    ['a text that is too short', 'associative-recall', 'a3b', 'look.too-short'],
    ['a text without tokens', 'pos-tagging', '  ', 'look.empty'],
    ['a source without tokens', 'dates', '  ', 'look.empty'],
    ['a text that is not a number', 'adding', 'half', 'generate.not-a-number'],
    ['an unknown lab', 'nowhere', 'a', 'lab.missing'],
  ])('%s', async (_, name, text, code) => {
    await expect(ask(name, text)).rejects.toMatchObject({ code })
  })

  it('a source for a model without one', async () => {
    await expect(ask('reverse', 'abc', { source: 'abc' })).rejects.toMatchObject({ code: 'look.no-source' })
  })

  it('a folder without a saved run', async () => {
    await mkdir(join(folder, 'other'))
    const path = join(folder, 'other')
    await expect(ask(path, 'abc')).rejects.toMatchObject({ code: 'folder.no-training', params: { path } })
  })

  it('a folder whose weights are truncated or missing', async () => {
    const path = join(folder, 'damaged')
    await cp(join(folder, 'trained'), path, { recursive: true })
    const file = (await readdir(path)).find((name) => name.endsWith('.safetensors'))!
    await truncate(join(path, file), 100)
    await expect(ask(path, 'abc')).rejects.toMatchObject({ code: 'checkpoint.damaged', params: { file } })
    await rm(join(path, file))
    await expect(ask(path, 'abc')).rejects.toMatchObject({ code: 'checkpoint.damaged', params: { file } })
  })
})
