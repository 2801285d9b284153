import { describe, expect, it } from 'vitest'
import { applyEdit } from '@core/graph/edit'
import { record, startHistory, undo } from '@core/graph/history'
import type { LabDocument } from '@core/lab/document'
import { readLab } from '@core/lab/read'
import { smallLab } from '../testing/fake-host'
import { readEdits, withoutSteps, writeEdits, type Edits } from './edits'
import { startWork, type Work } from './work'

/** A chain of linear blocks. */
function chain(blocks: number): LabDocument {
  const ids = Array.from({ length: blocks }, (_, index) => `linear-${index}`)
  return readLab({
    ...smallLab(),
    graph: {
      nodes: ids.map((id, index) => ({ id, kind: 'linear', params: { width: 8 }, position: { x: 200 * index, y: 0 } })),
      edges: ids.slice(1).map((id, index) => ({ from: { node: ids[index], port: 'y' }, to: { node: id, port: 'x' } })),
    },
  })
}
/** A history of this many title changes. */
function titled(document: LabDocument, titles: number): Edits {
  let history = startHistory<Work>(startWork(document, null))
  for (let index = 0; index < titles; index++) {
    const edited = applyEdit(history.present.document, { type: 'setTitle', title: `title ${index}` })
    history = record(history, { ...history.present, document: edited })
  }
  return { history, saved: document }
}

describe('serialised undo history', () => {
  it('round-trips, preserving shared objects', () => {
    const { history, saved } = titled(chain(20), 5)
    const edits = { history: undo(undo(history)), saved }
    const read = readEdits(writeEdits(edits), edits.history.present.document)!
    expect(read).toEqual(edits)
    const [first, second] = read.history.past
    expect(read.saved).toBe(first!.document)
    expect(second!.document.graph).toBe(first!.document.graph)
  })

  it('stores unchanged parts once, however many steps there are', () => {
    const one = writeEdits(titled(chain(300), 1)).length
    expect(writeEdits(titled(chain(300), 40)).length - one).toBeLessThan(40 * 200)
  })

  it('keeps the latest 50 steps each way', () => {
    const { history, saved } = titled(smallLab(), 130)
    let back = history
    for (let step = 0; step < 60; step++) back = undo(back)
    const read = readEdits(writeEdits({ history: back, saved }), back.present.document)!
    expect([read.history.past.length, read.history.future.length]).toEqual([50, 50])
    expect(read.history.future.map(({ document }) => document.title)[0]).toBe('title 70')
    expect(read.history.past.map(({ document }) => document.title).at(-1)).toBe('title 68')
    expect(read.saved).toEqual(saved)
  })

  it.each([
    ['nothing', ''],
    ['no text of edits', '[["nonsense"'],
    ['another document', writeEdits(titled(chain(2), 1))],
    ['a damaged step', writeEdits(titled({ ...smallLab(), version: 7 } as unknown as LabDocument, 1))],
  ])('is null for %s', (_, text) => {
    expect(readEdits(text, smallLab())).toBeNull()
  })

  it('is empty for a lab without steps', () => {
    const lab = smallLab()
    expect(withoutSteps(lab, null, false)).toMatchObject({ saved: null, history: { past: [], future: [] } })
    expect(withoutSteps(lab, null, true).saved).toBe(lab)
  })
})
