// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest'
import type { LabDocument } from '@core/lab/document'
import { fakeHost, smallLab } from '../testing/fake-host'
import { useFiles } from './files'
import { useLab } from './lab'

beforeEach(() => {
  localStorage.clear()
  fakeHost()
})
const move = { type: 'moveNodes', positions: { tokens: { x: 40, y: 40 } } } as const

function opened(document: LabDocument = smallLab(), data: string | null = null): ReturnType<typeof useLab> {
  useFiles().open(document, { data })
  return useLab()
}

describe('editing', () => {
  it('undoes and redoes every edit, back to the opened document', () => {
    const lab = opened()
    expect([lab.canUndo, lab.canRedo, lab.dirty]).toEqual([false, false, false])
    lab.apply(move)
    lab.apply({ type: 'setTitle', title: 'New' })
    const edited = lab.document
    lab.undo()
    lab.undo()
    expect(lab.document).toEqual(smallLab())
    expect([lab.canUndo, lab.dirty]).toEqual([false, false])
    lab.redo()
    lab.redo()
    expect(lab.document).toEqual(edited)
    expect([lab.canRedo, lab.dirty]).toEqual([false, true])
  })

  it('counts opened labs, each with an empty history', () => {
    const lab = opened()
    const before = lab.opened
    lab.apply(move)
    opened()
    expect([lab.opened, lab.canUndo, lab.dirty]).toEqual([before + 1, false, false])
  })
})

describe('custom data', () => {
  it('is undoable, but does not mark the lab as dirty', () => {
    const lab = opened({ ...smallLab(), task: { kind: 'characters', params: {} } }, 'text-1')
    lab.dataId = 'text-2'
    lab.dataId = 'text-2'
    expect([lab.dataId, lab.dirty]).toEqual(['text-2', false])
    lab.undo()
    expect([lab.dataId, lab.canUndo]).toEqual(['text-1', false])
    lab.redo()
    expect(lab.dataId).toBe('text-2')
  })

  it('is kept per reading (text or table) while the task changes', () => {
    const lab = opened()
    lab.dataId = 'of no use to a task that draws its own'
    expect(lab.dataId).toBeNull()
    lab.apply({ type: 'setTask', task: { kind: 'own-classification', params: {} } })
    lab.dataId = 'table-1'
    lab.apply({ type: 'setTask', task: { kind: 'characters', params: {} } })
    expect(lab.dataId).toBeNull()
    lab.dataId = 'text-1'
    lab.apply({ type: 'setTask', task: { kind: 'own-classification', params: {} } })
    expect(lab.dataId).toBe('table-1')
    lab.apply({ type: 'setTask', task: { kind: 'characters', params: { length: 9 } } })
    expect(lab.dataId).toBe('text-1')
    while (lab.canUndo) lab.undo()
    expect(lab.dataId).toBeNull()
    while (lab.canRedo) lab.redo()
    expect(lab.dataId).toBe('text-1')
    opened()
    lab.apply({ type: 'setTask', task: { kind: 'characters', params: {} } })
    expect(lab.dataId).toBeNull()
  })
})

describe('mutes', () => {
  const heads = { 'attention/heads': [1, 0] }

  it('are undo steps, but do not mark the lab as dirty', () => {
    const lab = opened()
    lab.setMutes(heads)
    lab.apply(move)
    lab.setMutes({ ...lab.mutes, 'norm/path': [0] })
    expect(lab.mutes).toEqual({ 'attention/heads': [1, 0], 'norm/path': [0] })
    lab.undo()
    expect(lab.mutes).toEqual(heads)
    lab.undo()
    expect([lab.document, lab.mutes, lab.dirty]).toEqual([smallLab(), heads, false])
    lab.undo()
    expect([lab.mutes, lab.canUndo]).toEqual([{}, false])
    lab.redo()
    expect(lab.mutes).toEqual(heads)
  })

  it('omit gates that are not muted; equal mutes are no step', () => {
    const lab = opened()
    lab.setMutes({ 'attention/heads': [1, 1] })
    expect([lab.mutes, lab.canUndo]).toEqual([{}, false])
    lab.setMutes(heads)
    lab.setMutes({ 'attention/heads': [1, 0], 'norm/path': [1] })
    lab.undo()
    expect([lab.mutes, lab.canUndo]).toEqual([{}, false])
  })

  it('of removed or resized gates are dropped without a step; undo restores them', () => {
    const lab = opened()
    lab.setMutes({ ...heads, 'norm/path': [0], 'gone/path': [0] })
    lab.apply(move)
    lab.keepMutesOf(new Map([['attention/heads', 4], ['norm/path', 1]])) // prettier-ignore
    expect(lab.mutes).toEqual({ 'norm/path': [0] })
    lab.undo()
    expect(lab.mutes).toEqual({ ...heads, 'norm/path': [0], 'gone/path': [0] })
    lab.redo()
    expect(lab.mutes).toEqual({ 'norm/path': [0] })
  })

  it('are empty in a new lab', () => {
    const lab = opened()
    lab.setMutes(heads)
    opened()
    expect(lab.mutes).toEqual({})
  })
})
