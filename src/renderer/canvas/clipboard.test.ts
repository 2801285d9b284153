import { describe, expect, it } from 'vitest'
import { applyEdit } from '@core/graph/edit'
import { record, startHistory, undo } from '@core/graph/history'
import { copyText, pasteEdit } from './clipboard'
import { documentOf, model } from './testing'

describe('copy', () => {
  it('takes the chosen blocks and the wires between them only', () => {
    const { graph } = JSON.parse(copyText(model(), ['norm', 'attention']) ?? '') as { graph: ReturnType<typeof model>['graph'] }
    expect(graph.nodes.map(({ id }) => id)).toEqual(['norm', 'attention'])
    expect(graph.edges).toEqual([{ from: { node: 'norm', port: 'y' }, to: { node: 'attention', port: 'x' } }])
  })
  it('returns null for an empty selection', () => {
    expect(copyText(model(), [])).toBeNull()
    expect(copyText(model(), ['gone'])).toBeNull()
  })
})

describe('paste', () => {
  it('into the same lab gives the blocks fresh ids, keeps their wires and offsets them', () => {
    const lab = model()
    const pasted = pasteEdit(lab, copyText(lab, ['norm', 'attention']) ?? '')
    expect(pasted?.ids).toEqual(['norm-2', 'multi-head'])
    const after = applyEdit(lab, pasted!.edit)
    expect(after.graph.edges.at(-1)).toEqual({ from: { node: 'norm-2', port: 'y' }, to: { node: 'multi-head', port: 'x' } })
    expect(after.graph.nodes.at(-1)?.position).toEqual({ x: 32, y: 32 })
    expect(after.graph.edges.slice(0, -1)).toEqual(lab.graph.edges)
  })
  it('into another lab avoids ids in use, even if the copied ids exist there', () => {
    const other = documentOf({ norm: 'linear' }, [])
    const pasted = pasteEdit(other, copyText(model(), ['norm']) ?? '')
    const after = applyEdit(other, pasted!.edit)
    expect(after.graph.nodes.map(({ id, kind }) => [id, kind])).toEqual([
      ['norm', 'linear'],
      ['norm-2', 'norm'],
    ])
  })
  it('is a single undo step', () => {
    const lab = model()
    const pasted = pasteEdit(
      lab,
      copyText(
        lab,
        lab.graph.nodes.map(({ id }) => id),
      ) ?? '',
    )
    const history = record(startHistory(lab), applyEdit(lab, pasted!.edit))
    expect(history.present.graph.nodes).toHaveLength(14)
    expect(undo(history).present).toBe(lab)
  })
  it('twice adds two separate copies', () => {
    const lab = model()
    const text = copyText(lab, ['norm']) ?? ''
    const once = applyEdit(lab, pasteEdit(lab, text)!.edit)
    expect(pasteEdit(once, text)?.ids).toEqual(['norm-3'])
  })
  it.each([
    ['a text', 'hello'],
    ['other JSON', '{"a":1}'],
    ['a damaged copy', '{"format":"attention-lab-blocks","graph":{"nodes":[{"id":"../x"}],"edges":[]}}'],
    ['an empty copy', '{"format":"attention-lab-blocks","graph":{"nodes":[],"edges":[]}}'],
    ['nothing', ''],
  ])('ignores %s', (_, text) => {
    expect(pasteEdit(model(), text)).toBeNull()
  })
  it('drops a wire to a block that is not part of the copy', () => {
    const text = JSON.stringify({
      format: 'attention-lab-blocks',
      graph: {
        nodes: [{ id: 'norm', kind: 'norm', params: {}, position: { x: 0, y: 0 } }],
        edges: [{ from: { node: 'position', port: 'y' }, to: { node: 'norm', port: 'x' } }],
      },
    })
    const after = applyEdit(model(), pasteEdit(model(), text)!.edit)
    expect(after.graph.edges).toEqual(model().graph.edges)
  })
})
