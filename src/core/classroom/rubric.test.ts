/** Each kind of rubric item, on labs of the gallery. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { analyse } from '../graph/analyse'
import type { LabDocument } from '../lab/document'
import { parseLab } from '../lab/read'
import { createTask } from '../tasks'
import { restore, locks } from './locks'
import { judge, rubricItem } from './rubric'
import type { Evidence, GradedAssignment } from './rubric/define'

const labOf = (name: string): LabDocument =>
  parseLab(readFileSync(resolve(import.meta.dirname, `../../../resources/labs/${name}.json`), 'utf8'))

function subject(lab: LabDocument, model: GradedAssignment['model'] = null): GradedAssignment {
  const { signature } = createTask(lab.task, null).spec
  return { lab, signature, analysis: analyse(lab, signature), runs: [50, 100, 400], model }
}
const evidence = (found: GradedAssignment | null, answers: Record<string, unknown> = {}): Evidence => ({
  assignment: (id) => (id === 'task' ? found : null),
  progress: (lesson) => (lesson === 'read' ? { screen: 0, done: [], answers, time: 0 } : null),
  questions: (lesson) =>
    lesson === 'read'
      ? {
          first: { quiz: { type: 'one', answer: 0 }, options: 2 },
          second: { quiz: { type: 'several', answers: [0, 1] }, options: 3 },
        }
      : null,
})
const found = (item: object, given: Evidence) => {
  const { share, because } = judge(rubricItem.parse({ id: 'item', points: 1, ...item }), given)
  return [share, because.code]
}
const model = {
  from: 'training',
  validation: { accuracy: Math.fround(0.9), loss: 0.3 },
  hidden: { secret: { accuracy: 0.7 } },
} as const

describe('a metric', () => {
  const asked = { is: 'metric', assignment: 'task', metric: 'accuracy' }
  it.each([
    [{ atLeast: 0.9 }, 1, 'mark.metric'],
    [{ atLeast: 0.91 }, 0, 'mark.metric'],
    [{ atLeast: 0.5, atMost: 0.8 }, 0, 'mark.metric'],
    [{ atMost: 0.9 }, 1, 'mark.metric'],
    [{ atLeast: 0.65, atMost: 0.75, on: 'secret' }, 1, 'mark.metric-hidden'],
    [{ atLeast: 0.9, on: 'secret' }, 0, 'mark.metric-hidden'],
    [{ atLeast: 0.9, on: 'other' }, null, 'mark.hidden'],
    [{ atLeast: 0.9, metric: 'perplexity' }, 0, 'mark.no-metric'],
    [{ atLeast: 0.9, assignment: 'none' }, 0, 'mark.no-run'],
  ])('%j', (more, ...result) =>
    expect(found({ ...asked, ...more }, evidence(subject(labOf('reverse'), model)))).toEqual(result),
  )

  it('is open without a model', () =>
    expect(found({ ...asked, atLeast: 0 }, evidence(subject(labOf('reverse'))))).toEqual([null, 'mark.no-model']))
  it('needs a bound', () => expect(rubricItem.safeParse({ id: 'x', points: 1, ...asked }).success).toBe(false))
})

describe('a graph', () => {
  const asked = (needs: object[]) => ({ is: 'graph', assignment: 'task', needs })
  const unmasked = { ...labOf('tiny-gpt') }
  unmasked.graph = JSON.parse(JSON.stringify(unmasked.graph).replaceAll('"causal"', '"none"')) as LabDocument['graph']
  const { parameters } = subject(labOf('reverse')).analysis
  it.each([
    ['tiny-gpt', [{ is: 'causal' }], 1, 'mark.graph'],
    ['reverse', [{ is: 'causal' }], 0, 'mark.not-causal'],
    ['reverse', [{ is: 'parameters', atMost: parameters }], 1, 'mark.graph'],
    ['reverse', [{ is: 'parameters', atMost: parameters - 1 }], 0, 'mark.parameters'],
    ['reverse', [{ is: 'uses', kinds: ['multi-head'], atLeast: 2 }], 1, 'mark.graph'],
    ['reverse', [{ is: 'uses', kinds: ['multi-head'], atLeast: 3 }], 0, 'mark.uses'],
    ['reverse', [{ is: 'avoids', kinds: ['recurrent'] }], 1, 'mark.graph'],
    ['reverse', [{ is: 'avoids', kinds: ['recurrent', 'norm'] }], 0, 'mark.avoids'],
    ['reverse', [{ is: 'avoids', kinds: ['recurrent'] }, { is: 'causal' }], 0, 'mark.not-causal'],
  ])('%s: %j', (lab, needs, ...result) => expect(found(asked(needs), evidence(subject(labOf(lab))))).toEqual(result))

  it('sees a missing mask', () =>
    expect(found(asked([{ is: 'causal' }]), evidence(subject(unmasked)))).toEqual([0, 'mark.not-causal']))

  it('counts the blocks inside groups with each of their uses', () => {
    const plain = labOf('reverse')
    const first = plain.graph.nodes.find(({ kind }) => kind === 'norm')!
    const [into, out] = [
      plain.graph.edges.find(({ to }) => to.node === first.id)!,
      plain.graph.edges.filter(({ from }) => from.node === first.id),
    ]
    // The first norm becomes a group with two copies of itself.
    const group = { ...first, kind: 'group', params: { group: 'twice', repeat: 2 } }
    const definition = {
      title: 'twice',
      nodes: [first],
      edges: [],
      inputs: [{ name: 'x', to: [{ node: first.id, port: into.to.port }] }],
      outputs: [{ name: 'y', from: { node: first.id, port: out[0]!.from.port } }],
      params: [],
    }
    const rest = plain.graph.edges.filter((edge) => edge !== into && !out.includes(edge))
    const wires = [
      { ...into, to: { node: group.id, port: 'x' } },
      ...out.map((edge) => ({ ...edge, from: { node: group.id, port: 'y' } })),
    ]
    const nodes = plain.graph.nodes.map((node) => (node === first ? group : node))
    const grouped = { ...plain, graph: { nodes, edges: [...rest, ...wires], groups: { twice: definition } } }
    const norms = plain.graph.nodes.filter(({ kind }) => kind === 'norm').length
    const given = evidence(subject(grouped))
    expect(found(asked([{ is: 'uses', kinds: ['norm'], atLeast: norms + 1 }]), given)).toEqual([1, 'mark.graph'])
    expect(found(asked([{ is: 'uses', kinds: ['norm'], atLeast: norms + 2 }]), given)).toEqual([0, 'mark.uses'])
  })
})

it.each([
  [{ first: [0], second: [1, 0] }, 1],
  [{ first: [0], second: [1] }, 0.5],
  [{}, 0],
])('questions answered by %j', (answers, share) =>
  expect(found({ is: 'quiz', lesson: 'read' }, evidence(null, answers))).toEqual([share, 'mark.quiz']),
)
it('only the questions that are named count', () =>
  expect(found({ is: 'quiz', lesson: 'read', pieces: ['first'] }, evidence(null, { first: [0] }))).toEqual([1, 'mark.quiz']))
it('questions of an unknown lesson are open', () =>
  expect(found({ is: 'quiz', lesson: 'other' }, evidence(null))).toEqual([null, 'mark.no-lesson']))

it.each([
  [{ why: 'Because.' }, null, 'mark.by-hand'],
  [{ why: '  ' }, 0, 'mark.no-words'],
  [{ why: 7 }, 0, 'mark.no-words'],
  [{}, 0, 'mark.no-words'],
])('own words %j', (answers, ...result) =>
  expect(found({ is: 'words', lesson: 'read', piece: 'why' }, evidence(null, answers))).toEqual(result),
)

it.each([
  [{ runs: 2, steps: 100 }, 1],
  [{ runs: 3, steps: 100 }, 2 / 3],
  [{ steps: 500 }, 0],
])('work that shows: %j', (asked, share) =>
  expect(found({ is: 'work', assignment: 'task', ...asked }, evidence(subject(labOf('reverse'))))).toEqual([
    share,
    'mark.work',
  ]),
)

describe('locked parts', () => {
  const original = labOf('reverse')
  const changed: LabDocument = {
    ...original,
    title: 'mine',
    graph: { ...original.graph, nodes: original.graph.nodes.map((node) => ({ ...node, position: { x: 1, y: 2 }, name: 'n' })) },
    training: { ...original.training, steps: 7, seed: 9 },
  }
  it('are restored and reported', () => {
    const { lab, changed: parts } = restore(changed, original, locks.parse({ graph: true, training: ['steps', 'batchSize'] }))
    expect(parts).toEqual(['steps'])
    expect(lab).toEqual({ ...changed, training: { ...changed.training, steps: original.training.steps } })
  })
  it('of a graph are its blocks and wires, not where they stand', () => {
    const cut = { ...changed, graph: { ...changed.graph, edges: changed.graph.edges.slice(1) } }
    const { lab, changed: parts } = restore(cut, original, locks.parse({ graph: true }))
    expect([parts, lab.graph]).toEqual([['graph'], original.graph])
  })
  it('that are not locked stay as they are', () => expect(restore(changed, original, locks.parse({})).lab).toEqual(changed))
})
