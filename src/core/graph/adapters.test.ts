/** Low-rank adapters: what is trained, and that merging them leaves the model as it is. */
import { cases, feedsOf, modelWith, signatureFor, weightsOf } from '../blocks/testing'
import { describe, expect, it } from 'vitest'
import { labDocument } from '../lab/document'
import { interpret } from '../program/reference'
import { adapterNames, isAdapter } from '../blocks/adapters'
import { initialise } from '../random/initialisers'
import { analyse } from './analyse'
import { mergeAdapters, withoutAdapters } from './adapters'
import { compile } from './compile'
import { expandGroups } from './expansion'
import { firstModel, lab, signature } from './testing'

const adapted = cases.filter(([, settings]) => 'rank' in settings)

describe.each(adapted)('%s %j', (kind, settings) => {
  const [document, own] = [modelWith(kind, settings), signatureFor(kind, true)]
  const plain = { ...document, graph: withoutAdapters(document.graph) }
  const train = compile(document, own, { mode: 'train' })

  it('trains its adapters alone, and keeps moments for nothing else', () => {
    const weights = train.states.filter(({ role, block }) => role === 'weight' && block === kind)
    expect(weights.filter(({ trainable }) => trainable).map(({ name }) => name)).toEqual(
      weights.map(({ name }) => name).filter(isAdapter),
    )
    const adam = labDocument.parse({ ...document, training: { ...document.training, optimiser: { kind: 'adam' } } })
    const moments = compile(adam, own, { mode: 'train' }).states.filter(
      ({ role, name }) => role === 'moment' && name.includes(`/${kind}/`),
    )
    expect(moments.length).toBeGreaterThan(0)
    expect(moments.every(({ name }) => isAdapter(name))).toBe(true)
  })

  it('starts as without adapters', () => {
    const [program, before] = [document, plain].map((each) => compile(each, own, { mode: 'infer' })) as [
      typeof train,
      typeof train,
    ]
    const states = Object.fromEntries(
      program.states.map(({ name, initialiser, value }) => [name, initialise(initialiser, value.shape, 1, name)]),
    )
    const logits = (of: typeof train) => [...interpret(of, feedsOf(of), states, ['logits']).get('logits')!]
    expect(logits(program)).toEqual(logits(before))
  })

  it('computes the same with merged adapters, as plain weights', () => {
    const program = compile(document, own, { mode: 'infer' })
    const states = weightsOf(program.states)
    const given = new Map(program.states.map(({ name, value }) => [name, { shape: value.shape, data: states[name]! }] as const))
    const { tensors, matrices } = mergeAdapters(given, document.graph)
    const merged = compile(plain, own, { mode: 'infer' })
    expect([...tensors.keys()].toSorted()).toEqual(merged.states.map(({ name }) => name).toSorted())
    expect(matrices.map((name) => adapterNames(name).a)).toEqual([...given.keys()].filter((name) => name.endsWith('-lora-a')))
    const numbers = Object.fromEntries([...tensors].map(([name, { data }]) => [name, data]))
    const expected = interpret(program, feedsOf(program), states, ['logits']).get('logits')!
    const unadapted = interpret(merged, feedsOf(merged), states, ['logits']).get('logits')!
    interpret(merged, feedsOf(merged), numbers, ['logits'])
      .get('logits')!
      .forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5)) // merged matrices are rounded to float32
    expect([...unadapted].some((value, i) => Math.abs(value - expected[i]!) > 1e-3)).toBe(true)
  })
})

describe('merging', () => {
  it('is W + (α/r)·A·B', () => {
    const document = lab(
      ['tokens', ['embedding', { width: 2 }], ['linear', { width: 3, rank: 2, alpha: 3 }], 'classifier'],
      ['tokens.ids > embedding.ids', 'embedding.y > linear.x', 'linear.y > classifier.x'],
    )
    const tensor = (shape: number[], ...numbers: number[]) => ({ shape, data: Float32Array.from(numbers) })
    const given = new Map([
      ['linear/weight', tensor([2, 3], 1, 0, 0, 0, 1, 0)],
      ['linear/weight-lora-a', tensor([2, 2], 1, 2, 3, 4)],
      ['linear/weight-lora-b', tensor([2, 3], 1, 0, 2, 0, 1, 1)],
      ['optimiser/first/linear/weight-lora-a', tensor([2, 2], 1, 1, 1, 1)],
    ])
    const { tensors, matrices } = mergeAdapters(given, document.graph)
    expect(matrices).toEqual(['linear/weight'])
    // A·B is (1, 2, 4), (3, 4, 10); α/r is 1.5.
    expect([...tensors.get('linear/weight')!.data]).toEqual([2.5, 3, 6, 4.5, 7, 15])
    expect([...tensors.keys()]).toEqual(['linear/weight', 'optimiser/first/linear/weight-lora-a'])
    expect(mergeAdapters(given, document.graph, () => true).tensors).toEqual(given)
  })

  it('reaches ranks inside groups and those that groups expose', () => {
    const inner = lab(
      [
        ['linear', { width: 4, rank: 2 }],
        ['linear as other', { width: 4 }],
      ],
      [],
    ).graph.nodes
    const port = (node: string, name: string) => ({ node, port: name })
    const use = (id: string, params: object) => ({
      id,
      kind: 'group',
      params: { group: 'g', repeat: 2, ...params },
      position: { x: 0, y: 0 },
    })
    const { graph } = labDocument.parse({
      ...firstModel(),
      graph: {
        nodes: [use('one', {}), use('two', { depth: 5 })],
        edges: [],
        groups: {
          g: {
            title: 'G',
            nodes: inner,
            edges: [{ from: port('linear', 'y'), to: port('other', 'x') }],
            inputs: [{ name: 'x', to: [port('linear', 'x')] }],
            outputs: [{ name: 'y', from: port('other', 'y') }],
            params: [{ name: 'depth', node: 'other', param: 'rank' }],
          },
        },
      },
    })
    const ranks = (of: typeof graph) => expandGroups(of).graph.nodes.map(({ params }) => params['rank'])
    expect(ranks(graph)).toEqual([2, 0, 2, 0, 2, 5, 2, 5])
    expect(new Set(ranks(withoutAdapters(graph)))).toEqual(new Set([0]))
    expect(withoutAdapters(withoutAdapters(graph))).toEqual(withoutAdapters(graph))
    expect(withoutAdapters(firstModel().graph)).toEqual(firstModel().graph)
  })
})

it('trained and frozen parameters are counted apart', () => {
  const document = firstModel()
  const nodes = document.graph.nodes.map((node) =>
    node.kind === 'multi-head' ? { ...node, params: { ...node.params, rank: 2 } } : node,
  )
  const [plain, lora] = [analyse(document, signature), analyse({ ...document, graph: { ...document.graph, nodes } }, signature)]
  const base = 4 * (8 * 8 + 8)
  const adapters = 2 * (8 * 2 + 2 * 8) // of queries and values
  expect(plain.nodes['multi-head']).toMatchObject({ parameters: base, frozen: 0 })
  expect(lora.nodes['multi-head']).toMatchObject({ parameters: adapters, frozen: base })
  expect([lora.parameters, lora.frozen]).toEqual([plain.parameters - base + adapters, base])
})
