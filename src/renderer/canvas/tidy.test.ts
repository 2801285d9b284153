import ELK from 'elkjs/lib/elk.bundled.js'
import { describe, expect, it } from 'vitest'
import { applyEdit } from '@core/graph/edit'
import type { LabDocument } from '@core/lab/document'
import { nodeSize, overlaps } from './geometry'
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
  it('puts every block right of what feeds it, when there is room', async () => {
    const after = await tidied(model())
    for (const { from, to } of after.graph.edges) {
      expect(place(after, from.node).x + nodeSize.width).toBeLessThan(place(after, to.node).x)
    }
  })

  it('never lays one block on another', async () => {
    const { nodes } = (await tidied(deep(6), { width: 800, height: 600 })).graph
    const rects = nodes.map(({ position }) => ({ ...position, ...nodeSize }))
    for (const [i, a] of rects.entries()) for (const b of rects.slice(i + 1)) expect(overlaps(a, b)).toBe(false)
  })

  it('keeps to the grid', async () => {
    const { nodes } = (await tidied(model())).graph
    for (const { position } of nodes) expect([position.x % 4, position.y % 4].map(Math.abs)).toEqual([0, 0])
  })

  it('goes on in a second row where one would be too small to read', async () => {
    const after = await tidied(deep(4), { width: 900, height: 600 })
    const right = Math.max(...after.graph.nodes.map(({ position }) => position.x)) + nodeSize.width
    expect(new Set(after.graph.nodes.map(({ position }) => position.y)).size).toBeGreaterThan(1)
    expect(right).toBeLessThan(2000)
    // Reading order: no block stands in a row above what feeds it.
    for (const { from, to } of after.graph.edges) {
      expect(place(after, to.node).y).toBeGreaterThanOrEqual(place(after, from.node).y - nodeSize.height)
    }
  })

  it('of what is tidy already is no step of undo', async () => {
    const window = { width: 900, height: 600 }
    expect(await tidyEdit(await tidied(deep(3), window), elk, window)).toBeNull()
  })

  it('copes with wires to ports that do not exist, circles and lone blocks', async () => {
    const odd = documentOf({ a: 'norm', b: 'norm', c: 'mixture', d: 'linear' }, ['a.y > b.x', 'b.y > a.x', 'c.q > a.z'])
    const { nodes } = (await tidied(odd)).graph
    expect(nodes).toHaveLength(4)
    for (const { position } of nodes) expect(Number.isFinite(position.x + position.y)).toBe(true)
  })

  it('of an empty canvas is no step', async () => {
    expect(await tidyEdit(documentOf({}, []), elk, wide)).toBeNull()
  })
})

describe('rows', () => {
  const chain = (names: readonly string[]) => Object.fromEntries(names.map((name, i) => [name, { x: i * 188, y: 0 }]))

  it('end where one wire crosses, not within a residual path', () => {
    // Up to c one output crosses (b's, to c and e); between c and e two do.
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

  it('are left alone when everything fits into one', () => {
    const positions = chain(['a', 'b', 'c'])
    expect(wrapIntoRows(documentOf({ a: 'norm', b: 'norm', c: 'norm' }, []), positions, 3)).toBe(positions)
  })

  it('are made level where blocks are almost so, but never pushed into each other', () => {
    const levelled = level({ a: { x: 0, y: 16 }, b: { x: 188, y: 0 }, c: { x: 188, y: 120 }, d: { x: 376, y: 104 } })
    expect(levelled['a']?.y).toBe(levelled['b']?.y)
    expect(levelled['c']?.y).toBe(levelled['d']?.y)
    expect(levelled['c']!.y - levelled['b']!.y).toBeGreaterThanOrEqual(nodeSize.height)
  })
})
