/**
 * For tests: small texts that describe huge labs, and huge texts, as an attacker would write them to make a host unresponsive.
 */
import fc from 'fast-check'
import { emptyLab } from '@core/lab/empty'

type Plain = Readonly<Record<string, unknown>>

const position = { x: 0, y: 0 }
const port = (node: string, name: string): Plain => ({ node, port: name })
const wire = (from: string, to: string): Plain => ({ from: port(from, 'y'), to: port(to, 'x') })
const block = (id: string, kind: string, params: Plain = {}): Plain => ({ id, kind, params, position })
const use = (id: string, group: string, repeat: unknown = 1): Plain => block(id, 'group', { group, repeat })
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index))
const keyed = (count: number, value: (index: number) => unknown): Plain =>
  Object.fromEntries(times(count, (index) => [`k${index}`, value(index)]))

const definition = (said: Plain): Plain => ({
  ...{ title: 'Group', nodes: [block('norm', 'norm')], edges: [], params: [] },
  inputs: [{ name: 'x', to: [port('norm', 'x')] }],
  outputs: [{ name: 'y', from: port('norm', 'y') }],
  ...said,
})

/** tokens → embedding → `nodes` in a row → classifier. */
function model(nodes: readonly Plain[], groups?: Plain, more: Plain = {}): Plain {
  const ids = ['embedding', ...nodes.map(({ id }) => String(id)), 'classifier']
  const first = { from: port('tokens', 'ids'), to: port('embedding', 'ids') }
  return {
    ...emptyLab({ en: 'Hostile', zh: 'Hostile' }),
    task: { kind: 'reverse', params: {} },
    graph: {
      nodes: [
        block('tokens', 'tokens'),
        block('embedding', 'embedding', { width: 8 }),
        ...nodes,
        block('classifier', 'classifier'),
      ],
      edges: [first, ...ids.slice(1).map((id, index) => wire(ids[index]!, id))],
      ...(groups && { groups }),
    },
    ...more,
  }
}

/** Nested groups g0, g1 and so on, each used `fan` times inside the previous one, with many outputs and repetitions. */
const groupsInGroups = fc
  .record({
    depth: fc.integer({ min: 1, max: 40 }),
    fan: fc.integer({ min: 1, max: 12 }),
    outputs: fc.integer({ min: 1, max: 5 }),
    repeat: fc.constantFrom(1, 1, 2, 64, 1e9, -1, '64', null),
    held: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ depth, fan, outputs, repeat, held }) => {
    const groups = times(depth, (level) => {
      const innermost = level === depth - 1
      const inner = innermost ? 'norm' : 'u0'
      return [
        `g${level}`,
        definition({
          ...(!innermost && { nodes: times(held, (index) => use(`u${index}`, `g${level + 1}`, repeat)) }),
          inputs: [{ name: 'x', to: times(fan, () => port(inner, 'x')) }],
          outputs: times(outputs, (index) => ({
            name: index === 0 ? 'y' : `y${index}`,
            from: port(inner, innermost || index === 0 ? 'y' : `y${index}`),
          })),
        }),
      ]
    })
    return model([use('g', 'g0', repeat)], Object.fromEntries(groups) as Plain)
  })

/** Groups that contain each other in a cycle, and one used in a cycle of wires. */
const circles = fc
  .record({
    groups: fc.integer({ min: 1, max: 6 }),
    uses: fc.integer({ min: 1, max: 30 }),
    blocks: fc.integer({ min: 1, max: 64 }),
  })
  .map(({ groups, uses, blocks }) => {
    const ring = definition({
      nodes: times(blocks, (index) => block(`n${index}`, 'norm')),
      edges: times(blocks - 1, (index) => wire(`n${index}`, `n${index + 1}`)),
      inputs: [{ name: 'x', to: [port('n0', 'x')] }],
      outputs: [{ name: 'y', from: port(`n${blocks - 1}`, 'y') }],
    })
    const held = times(groups, (index) => [
      `g${index}`,
      definition({ nodes: [block('norm', 'norm'), ...times(uses, (at) => use(`u${at}`, `g${(index + 1) % groups}`, 64))] }),
    ])
    const lab = model([...times(uses, (index) => use(`r${index}`, 'ring')), use('g', 'g0')], {
      ring,
      ...Object.fromEntries(held),
    } as Plain)
    const graph = lab['graph'] as { edges: Plain[] }
    return { ...lab, graph: { ...graph, edges: [...graph.edges, wire(`r${uses - 1}`, 'r0')] } }
  })

/** Valid but long. */
const chains = fc
  .record({
    count: fc.oneof({ weight: 40, arbitrary: fc.integer({ min: 1, max: 60 }) }, fc.integer({ min: 60, max: 1990 })),
    kind: fc.constantFrom('linear', 'recurrent', 'multi-head', 'norm', 'feed-forward', 'dropout', 'scale'),
    length: fc.constantFrom(2, 12, 128),
    params: fc.constantFrom({}, { width: 8 }, { width: 2 ** 31 }, { heads: 1e9 }, { hidden: -0 }, { width: NaN }),
  })
  .map(({ count, kind, length, params }) =>
    model(
      times(count, (index) => block(`b${index}`, kind, params)),
      undefined,
      { task: { kind: 'reverse', params: { length, minLength: 1 } } },
    ),
  )

/** Wires without blocks, reserved names, duplicate blocks. */
const names = fc
  .tuple(
    fc.constantFrom('__proto__', 'constructor', 'toString', '', 'e\u0301', '\u00e9', '\ud800', 'x'.repeat(65), '中'.repeat(60)),
    fc.integer({ min: 1, max: 40 }),
  )
  .map(([name, count]) => {
    const lab = model([block(name, name), ...times(count, () => block('twice', 'norm', { [name]: name }))])
    const graph = lab['graph'] as { edges: Plain[] }
    const lost = times(count, () => ({ from: port(name, name), to: port('twice', name) }))
    return { ...lab, graph: { ...graph, edges: [...graph.edges, ...lost] } }
  })

const written = (lab: fc.Arbitrary<Plain>): fc.Arbitrary<string> => lab.map((each) => JSON.stringify(each))

/** More of everything than real labs have: some within the limits, most beyond. */
const huge = fc.tuple(fc.nat({ max: 6 }), fc.double({ min: 0, max: 1, noNaN: true })).map(([kind, share]): string => {
  const upTo = (most: number): number => Math.ceil(most ** (0.6 + 0.4 * share))
  const norm = (params: Plain): Plain => block('norm', 'norm', params)
  const kinds: (() => string)[] = [
    () => '['.repeat(upTo(9e6)),
    () => `${'{"a":'.repeat(upTo(1e6))}1`,
    () => JSON.stringify(model([], undefined, { title: 'x'.repeat(upTo(9e6)) })),
    () => JSON.stringify(model([norm({ text: '中'.repeat(upTo(5e6)) })])),
    () => JSON.stringify(model([norm(keyed(upTo(2e5), (index) => index))])),
    () =>
      JSON.stringify(
        model(
          [],
          keyed(upTo(4e4), () => definition({ nodes: [] })),
        ),
      ),
    () => `[${'1,'.repeat(upTo(3e6))}1]`,
  ]
  return kinds[kind]!()
})

export const hostile: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: written(groupsInGroups) },
  { weight: 3, arbitrary: written(circles) },
  { weight: 4, arbitrary: written(chains) },
  { weight: 40, arbitrary: written(names) },
  { weight: 1, arbitrary: huge },
)
