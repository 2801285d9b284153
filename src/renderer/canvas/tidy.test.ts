import ELK from 'elkjs/lib/elk.bundled.js'
import { describe, expect, it } from 'vitest'
import { applyEdit } from '@core/graph/edit'
import type { LabDocument } from '@core/lab/document'
import { nodeSize, overlaps } from './geometry'
import { sizeIn } from './ports'
import { documentOf, model } from './testing'
import { level, tidyEdit, wrapIntoRows } from './tidy'

const elk = new ELK()
const wide = { width: 4000, height: 600 }

async function tidied(document: LabDocument, window = wide): Promise<LabDocument> {
  const edit = await tidyEdit(document, elk, window)
  return edit ? applyEdit(document, edit) : document
}
const place = (document: LabDocument, id: string) => document.graph.nodes.find((node) => node.id === id)!.position

/** Blocks of a pre-norm Transformer: x → norm → attention → (+), repeated. */
function deep(layers: number): LabDocument {
  const nodes: Record<string, string> = { tokens: 'tokens', embedding: 'embedding' }
  const wires = ['tokens.ids > embedding.ids']
  let last = 'embedding'
  for (let i = 0; i < layers; i++) {
    Object.assign(nodes, { [`norm${i}`]: 'norm', [`attention${i}`]: 'multi-head', [`sum${i}`]: 'add' })
    wires.push(`${last}.y > norm${i}.x`, `norm${i}.y > attention${i}.x`, `${last}.y > sum${i}.a`, `attention${i}.y > sum${i}.b`)
    last = `sum${i}`
  }
  return documentOf({ ...nodes, classifier: 'classifier' }, [...wires, `${last}.y > classifier.x`])
}

describe('tidy-up', () => {
  it('places every block to the right of its sources if there is room', async () => {
    const after = await tidied(model())
    for (const { from, to } of after.graph.edges) {
      expect(place(after, from.node).x + nodeSize.width).toBeLessThan(place(after, to.node).x)
    }
  })

  it('never overlaps blocks', async () => {
    const { nodes } = (await tidied(deep(6), { width: 800, height: 600 })).graph
    const rects = nodes.map(({ position }) => ({ ...position, ...nodeSize }))
    for (const [i, a] of rects.entries()) for (const b of rects.slice(i + 1)) expect(overlaps(a, b)).toBe(false)
  })

  it('leaves room for blocks that are higher for their ports', async () => {
    const sources = Array.from({ length: 6 }, (_, i) => `t${i}`)
    const nodes = { ...Object.fromEntries(sources.map((id) => [id, 'tokens'])), wide: 'of-the-future', below: 'of-the-future' }
    const wires = sources.flatMap((id) => [`${id}.ids > wide.${id}`, `${id}.ids > below.${id}`])
    const after = await tidied(documentOf(nodes, wires), { width: 500, height: 500 })
    const rects = after.graph.nodes.map(({ id, position }) => ({ ...position, ...sizeIn(after, id) }))
    expect(Math.max(...rects.map(({ height }) => height))).toBe(3 * nodeSize.height)
    for (const [i, a] of rects.entries()) for (const b of rects.slice(i + 1)) expect(overlaps(a, b)).toBe(false)
  })

  it('snaps to the grid', async () => {
    const { nodes } = (await tidied(model())).graph
    for (const { position } of nodes) expect([position.x % 4, position.y % 4].map(Math.abs)).toEqual([0, 0])
  })

  it('continues in a second row if a single row would be too small to read', async () => {
    const after = await tidied(deep(4), { width: 900, height: 600 })
    const right = Math.max(...after.graph.nodes.map(({ position }) => position.x)) + nodeSize.width
    expect(new Set(after.graph.nodes.map(({ position }) => position.y)).size).toBeGreaterThan(1)
    expect(right).toBeLessThan(2000)
    // Reading order: no block is in a row above its sources.
    for (const { from, to } of after.graph.edges) {
      expect(place(after, to.node).y).toBeGreaterThanOrEqual(place(after, from.node).y - nodeSize.height)
    }
  })

  it('returns no edit for a tidy graph', async () => {
    const window = { width: 900, height: 600 }
    expect(await tidyEdit(await tidied(deep(3), window), elk, window)).toBeNull()
  })

  it('handles wires to missing ports, cycles and unconnected blocks', async () => {
    const odd = documentOf({ a: 'norm', b: 'norm', c: 'mixture', d: 'linear' }, ['a.y > b.x', 'b.y > a.x', 'c.q > a.z'])
    const { nodes } = (await tidied(odd)).graph
    expect(nodes).toHaveLength(4)
    for (const { position } of nodes) expect(Number.isFinite(position.x + position.y)).toBe(true)
  })

  it('returns no edit for an empty canvas', async () => {
    expect(await tidyEdit(documentOf({}, []), elk, wide)).toBeNull()
  })
})

describe('rows', () => {
  const chain = (names: readonly string[]) => Object.fromEntries(names.map((name, i) => [name, { x: i * 188, y: 0 }]))

  it('break where a single wire crosses, not inside a residual path', () => {
    // One output crosses before c (b's, to c and e); two cross between c and e.
    const document = documentOf({ a: 'norm', b: 'norm', c: 'norm', d: 'norm', e: 'add', f: 'norm' }, [
      'a.y > b.x',
      'b.y > c.x',
      'c.y > d.x',
      'b.y > e.a',
      'd.y > e.b',
      'e.y > f.x',
    ])
    const rows = wrapIntoRows(document, chain(['a', 'b', 'c', 'd', 'e', 'f']), 4)
    expect([rows['c']?.y, rows['d']?.y, rows['e']?.y]).toEqual([rows['c']?.y, rows['c']?.y, rows['c']?.y])
    expect(rows['a']?.y).toBe(0)
    expect(rows['c']?.x).toBe(0)
    expect(rows['c']?.y).toBeGreaterThan(nodeSize.height)
  })

  it('are unchanged if everything fits into one', () => {
    const positions = chain(['a', 'b', 'c'])
    expect(wrapIntoRows(documentOf({ a: 'norm', b: 'norm', c: 'norm' }, []), positions, 3)).toBe(positions)
  })

  it('align blocks that are almost level, without overlaps', () => {
    const levelled = level({ a: { x: 0, y: 16 }, b: { x: 188, y: 0 }, c: { x: 188, y: 120 }, d: { x: 376, y: 104 } })
    expect(levelled['a']?.y).toBe(levelled['b']?.y)
    expect(levelled['c']?.y).toBe(levelled['d']?.y)
    expect(levelled['c']!.y - levelled['b']!.y).toBeGreaterThanOrEqual(nodeSize.height)
  })
})
