/** Models in PyTorch, against the witness: labs with their further training, every block with every choice of its settings, and torchrun. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { blocks } from '@core/blocks'
import { cases, feedsOf, weightsOf } from '@core/blocks/testing'
import { compile } from '@core/graph/compile'
import { expandGroups } from '@core/graph/expansion'
import type { LabDocument } from '@core/lab/document'
import { interpret } from '@core/program/reference'
import { createTask, newTask, tasks } from '@core/tasks'
import type { Executor } from '@engine/executor'
import { readSafeTensors, writeSafeTensors, type SafeTensor } from '@engine/safetensors'
import { createTraining, exportStates } from '@engine/training'
import { trainStep } from '@engine/training-step'
import { createExecutor } from '../engine/choose'
import { checkpointsIn } from '../engine/disk-storage'
import { createLabs, type Labs } from '../service/labs'
import { hasWitness, needsWitness, runWitness } from '../testing/witness'
import { pytorch } from './pytorch'
import { batchTensors, nextBatches } from './pytorch/batches'
import { pythonModel, writeFolder, type Leaving } from './pytorch/folder'
import { small, type Small } from './pytorch/testing/small'
import { openSource } from './source'
import { commands, root } from './testing/commands'

/** Together they use every block that a built-in lab uses. */
const labs = [
  'adding',
  'associative-recall',
  'batch-norm',
  'bert-tagger',
  'dates',
  'from-scratch',
  'positions',
  'recall-recurrent',
  'rotary',
  'tiny-gpt',
  'topics',
  'two-heads',
]

type Training = Partial<LabDocument['training']>
const momentum = { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.01 } as const
const adam = { kind: 'adam', beta1: 0.8, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1 } as const
const plan = { kind: 'constant', warmup: 0, floor: 0.1, every: 4, factor: 0.5 } as const
/** Trained for three steps first, so that there are moments. */
const trained: readonly (readonly [string, Training])[] = [
  ['reverse', { optimiser: momentum, learningRate: 0.01, schedule: { ...plan, kind: 'step', warmup: 5 } }],
  ['reverse', { optimiser: adam, schedule: { ...plan, kind: 'inverse-square-root', warmup: 5 }, clipNorm: null }],
  ['sentiment', { accumulate: 3, batchSize: 8, labelSmoothing: 0.1, schedule: { ...plan, kind: 'cosine' } }],
  ['batch-norm', { accumulate: 2, batchSize: 8, labelSmoothing: 0.2, schedule: { ...plan, kind: 'linear', warmup: 2 } }],
  ['dates', { teacherForcing: { schedule: 'inverse-sigmoid', start: 0.9, end: 0.2, halfway: 5 }, steps: 3 }],
  ['translator', { optimiser: { ...momentum, momentum: 0 }, clipNorm: 0.1 }],
]

const kinds = (lab: LabDocument): string[] => expandGroups(lab.graph).graph.nodes.map(({ kind }) => kind)

let folder = ''
let executor: Executor
let builtIn: Labs
const certificate = z.looseObject({
  passed: z.boolean(),
  error: z.string().optional(),
  differences: z.record(z.string(), z.number()).optional(),
})
let found: Readonly<Record<string, z.output<typeof certificate>>> = {}

async function write(name: string, files: Iterable<readonly [string, string | Uint8Array]>): Promise<string> {
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, name, path)), { recursive: true })
    await writeFile(join(folder, name, path), content)
  }
  return join(folder, name)
}

async function leavingAfter(lab: LabDocument, steps: number): Promise<Leaving> {
  const training = createTraining(executor, lab, null)
  for (let step = 0; step < steps; step++) await trainStep(training)
  const states = [...exportStates(training)]
  const { model, task, learningRate } = training
  const isMoment = ([name]: readonly [string, SafeTensor]) => name.startsWith('optimiser/')
  const [optimiser, weights] = [new Map(states.filter(isMoment)), new Map(states.filter((state) => !isMoment(state)))]
  model.dispose()
  return { lab, spec: task.spec, task, weights, optimiser, step: steps, learningRate }
}

const exported = async (name: string, leaving: Leaving): Promise<string> =>
  write(name, await writeFolder(leaving, openExecutor, noPause))
const openExecutor = () => Promise.resolve(executor)
const noPause = () => Promise.resolve()

/** A small model with the float64 definitions of its numbers. */
async function exportSmall(name: string, { lab: document, signature }: Small): Promise<string> {
  const train = compile(document, signature, { mode: 'train', gradients: true })
  const infer = compile(document, signature, { mode: 'infer', gated: false })
  const weights = weightsOf(train.states)
  const feeds = feedsOf(train)
  const shapes = new Map([...train.outputs].map(([output, { shape }]) => [output, shape]))
  const tensors = new Map<string, SafeTensor>()
  const logits = interpret(infer, feedsOf(infer), weights).get('logits')!
  tensors.set('logits', { shape: infer.outputs.get('logits')!.shape, data: Float32Array.from(logits) })
  for (const [output, values] of interpret(train, feeds, weights)) {
    const buffer = train.states.find(({ name: state, role }) => role === 'buffer' && output === `update/${state}`)
    if (buffer) tensors.set(`running/${buffer.name}`, { shape: buffer.value.shape, data: Float32Array.from(values) })
    if (output !== 'loss' && !output.startsWith('gradient/')) continue
    tensors.set(output, { shape: output === 'loss' ? [1] : shapes.get(output)!, data: Float32Array.from(values) })
  }
  for (const { name: input, kind: use, value } of [...train.inputs, ...infer.inputs]) {
    const data = feeds[input] ?? feedsOf(infer)[input]!
    if (use === 'data') tensors.set(`batch/${input.replace('sourceMask', 'source_mask')}`, { shape: value.shape, data })
  }
  const own = train.states.filter(({ role }) => role !== 'moment')
  const states = new Map(own.map(({ name: state, value: { shape } }) => [state, { shape, data: weights[state]! }]))
  return write(name, [
    ['model.py', pythonModel(document, signature, 0).code],
    ['weights.safetensors', writeSafeTensors({ tensors: states, metadata: {} })],
    ['fixture.safetensors', writeSafeTensors({ tensors, metadata: {} })],
  ])
}
async function withOtherWeight(name: string): Promise<string> {
  const leaving = await leavingAfter(await builtIn.read(name), 0)
  const files = new Map(await writeFolder(leaving, openExecutor, noPause))
  const [first, tensor] = [...leaving.weights][0]!
  const data = tensor.data.map((value, index) => (index === 0 ? value + 0.01 : value))
  const tensors = new Map(leaving.weights).set(first, { ...tensor, data })
  return write('other-weight', files.set('weights.safetensors', writeSafeTensors({ tensors, metadata: {} })))
}
const caseName = (index: number): string => `case-${index}`
const trainedName = (index: number): string => `trained-${index}`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attention-lab-pytorch-'))
  executor = await createExecutor('tfjs', () => undefined)
  builtIn = createLabs(join(root, 'resources/labs'))
  if (!hasWitness) return
  const folders: string[] = []
  for (const name of labs) folders.push(await exported(name, await leavingAfter(await builtIn.read(name), 0)))
  for (const [index, [name, training]] of trained.entries()) {
    const lab = await builtIn.read(name)
    const changed = { ...lab, training: { ...lab.training, ...training } }
    folders.push(await exported(trainedName(index), await leavingAfter(changed, 3)))
  }
  for (const [index, each] of small.entries()) folders.push(await exportSmall(caseName(index), each))
  folders.push(await withOtherWeight('sort'))
  const script = join(import.meta.dirname, 'pytorch/testing/certificates.py')
  const told = await runWitness([script, ...folders], { timeout: 280_000 })
  found = z.record(z.string(), certificate).parse(JSON.parse(told))
}, 300_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

function expectPassed(name: string): void {
  const { passed, error, differences } = found[join(folder, name)]!
  expect(error).toBeUndefined()
  expect(differences).toSatisfy(() => passed)
}

it('covers every block: those of the built-in labs, and all others one by one', async () => {
  const all = await builtIn.list()
  const used = new Set((await Promise.all(all.map(async ({ id }) => kinds(await builtIn.read(id))))).flat())
  const covered = new Set((await Promise.all(labs.map(async (name) => kinds(await builtIn.read(name))))).flat())
  expect([...used].filter((kind) => !covered.has(kind))).toEqual([])
  expect(new Set(cases.map(([kind]) => kind))).toEqual(new Set(blocks.map(({ kind }) => kind)))
})

describe('a lab in PyTorch has our logits, loss and gradients, and takes 20 further steps as ours', () => {
  beforeEach(needsWitness)
  it.each(labs)('%s', (name) => {
    expectPassed(name)
  })
  it.each(trained)('%s, trained with %j', (_name, training) => {
    expectPassed(trainedName(trained.findIndex((each) => each[1] === training)))
  })
})

describe('a small model in PyTorch has the logits, loss and gradients of the definitions', () => {
  beforeEach(needsWitness)
  it.each(small)('$name', (given) => {
    expectPassed(caseName(small.indexOf(given)))
  })
})

it('a folder with one other weight does not pass', (context) => {
  needsWitness(context)
  const { passed, differences } = found[join(folder, 'other-weight')]!
  expect(passed).toBe(false)
  expect(differences!['logits']).toBeGreaterThan(1e-4)
})

describe('train.py', () => {
  const losses = (printed: string): number[] =>
    printed
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => (JSON.parse(line) as { loss: number }).loss)

  it(
    'takes our steps in two processes, with DDP and then with FSDP, from what it wrote',
    { timeout: 300_000 },
    async (context) => {
      needsWitness(context)
      const cwd = join(folder, 'dates')
      const torchrun = ['-m', 'torch.distributed.run', '--standalone', '--nproc-per-node', '2', 'train.py']
      const first = await runWitness([...torchrun, '--steps', '3', '--out', 'ddp'], { cwd, timeout: 140_000 })
      const then = await runWitness([...torchrun, '--fsdp', '--steps', '3', '--from', 'ddp'], { cwd, timeout: 140_000 })
      const { tensors } = readSafeTensors(await readFile(join(cwd, 'fixture.safetensors')))
      const ours = tensors.get('steps/loss')!.data
      const theirs = [...losses(first), ...losses(then)]
      expect(theirs).toHaveLength(6)
      theirs.forEach((loss, index) => expect(Math.abs(loss / ours[index]! - 1), `step ${index + 1}`).toBeLessThan(1e-4))
      const written = readSafeTensors(await readFile(join(cwd, 'continued', 'weights.safetensors')))
      const read = readSafeTensors(await readFile(join(cwd, 'weights.safetensors')))
      expect([...written.tensors.keys()]).toEqual([...read.tensors.keys()])
    },
  )
})

describe('the command', () => {
  const { run, path } = commands()

  it('writes a folder of a saved run and has it verified', { timeout: 120_000 }, async (context) => {
    needsWitness(context)
    const lab = await builtIn.read('positions')
    const training = createTraining(executor, lab, null)
    for (let step = 0; step < 3; step++) await trainStep(training)
    const about = { step: 3, seed: lab.training.seed, learningRate: 0.002, engine: 'tfjs', lab }
    await mkdir(path('run'))
    await checkpointsIn(path('run')).write({ ...about, states: exportStates(training) })
    training.model.dispose()
    const { code, json } = await run(['export', path('run'), '--to', 'pytorch', '--verify', '--json', '--out', path('out')])
    expect(code).toBe(0)
    const done = json.at(-1) as { files: string[]; certificate: { passed: boolean; differences: { name: string }[] } }
    expect(done.certificate.passed).toBe(true)
    expect(done.certificate.differences.map(({ name }) => name)).toEqual([
      ...['logits', 'loss', 'gradients', 'steps/loss', 'steps/gradient_norm', 'steps/learning_rate'],
    ])
    const written = (await readdir(path('out'), { recursive: true, withFileTypes: true })).filter((each) => each.isFile())
    expect(written).toHaveLength(done.files.length + 1) // and the certificate
    const plan = JSON.parse(await readFile(join(path('out'), 'training.json'), 'utf8')) as object
    expect(plan).toMatchObject({ step: 3, learningRate: 0.002, first_batch: 4 })
    const { tensors } = readSafeTensors(await readFile(join(path('out'), 'optimiser.safetensors')))
    expect(tensors.size).toBe(2 * training.train.program.states.filter(({ trainable }) => trainable).length)
  })

  it('writes the model alone where the text of a run is not at hand', async () => {
    const saved = join(root, 'src/main/service/fixtures/version-0.1.0/kept/pairs')
    const { code, said } = await run(['export', saved, '--to', 'pytorch', '--out', path('pairs')])
    expect(code).toBe(0)
    expect(said[0]).toMatch(/^The text that this model was trained on is not at hand/)
    expect((await readdir(path('pairs'))).toSorted()).toEqual(['README.md', 'model.py', 'weights.safetensors'])
  })
})

it('the plan says what dropout means, where there is some', async () => {
  const options = { dtype: 'F32', attention: false } as const
  const planOf = async (name: string) => {
    const lab = await builtIn.read(name)
    return pytorch.plan(await openSource({ kind: 'lab', name, lab, data: null }, new AbortController().signal), options)
  }
  expect((await planOf('bert-tagger')).missing).toEqual([{ code: 'export.dropout', params: {} }])
  expect((await planOf('positions')).missing).toEqual([])
})

it.each(tasks.map(({ kind }) => kind))('the batches of the task %s have one shape', async (kind) => {
  const task = createTask(newTask(kind), null)
  const lab = { ...(await builtIn.read('reverse')), task: newTask(kind) }
  const batches = nextBatches(lab, task, { step: 7, steps: 2, least: 2 })
  const { batchSize, seed } = lab.training
  const second = batchTensors(task.trainBatch(seed, 9, batchSize), task.spec.signature, batchSize)
  for (const [name, { shape, data }] of second) {
    const all = batches.get(name)!
    expect(all.shape).toEqual([2, ...shape])
    expect(all.data.slice(data.length)).toEqual(data)
    expect(shape.reduce((product, size) => product * size, 1)).toBe(data.length)
  }
})
