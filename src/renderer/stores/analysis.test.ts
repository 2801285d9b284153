// @vitest-environment happy-dom
import { beforeEach, expect, it, vi } from 'vitest'
import { firstModel } from '@core/graph/testing'
import { fakeHost, smallLab } from '../testing/fake-host'
import { useAnalysis } from './analysis'
import { useFiles } from './files'
import { useLab } from './lab'

beforeEach(() => {
  localStorage.clear()
  fakeHost()
})

it('analyses the graph anew when it changes, and not when only a block is moved', async () => {
  const [lab, analysis] = [useLab(), useAnalysis()]
  useFiles().open(smallLab())
  await vi.waitFor(() => expect(analysis.result?.problems).toEqual([]))
  const before = analysis.result
  lab.apply({ type: 'moveNodes', positions: { tokens: { x: 40, y: 40 } } })
  expect(analysis.result).toBe(before)
  lab.apply({ type: 'disconnect', to: { node: 'classifier', port: 'x' } })
  expect(analysis.result?.problems.map(({ code }) => code)).toContain('graph.missing-input')
})

it('drops the mutes of gates that the model no longer has, but not while a problem hides them', async () => {
  const [lab, analysis] = [useLab(), useAnalysis()]
  useFiles().open(firstModel(8, 2))
  await vi.waitFor(() => expect(analysis.result?.problems).toEqual([]))
  lab.setMutes({ 'multi-head/heads': [1, 0] })
  lab.apply({ type: 'disconnect', to: { node: 'multi-head', port: 'x' } })
  await vi.waitFor(() => expect(analysis.result?.problems).not.toEqual([]))
  expect(lab.mutes).toEqual({ 'multi-head/heads': [1, 0] })
  lab.undo()
  lab.apply({ type: 'setParam', node: 'multi-head', param: 'heads', value: 4 })
  await vi.waitFor(() => expect(lab.mutes).toEqual({}))
  lab.undo()
  expect(lab.mutes).toEqual({ 'multi-head/heads': [1, 0] })
})
