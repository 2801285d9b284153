// @vitest-environment happy-dom
/** Unfinished blocks are not reported until training is tried; errors, and blocks that were complete before, are reported at once. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { lab } from '@core/graph/testing'
import { fakeHost, smallLab, type FakeHost } from '../testing/fake-host'
import { useAnalysis } from './analysis'
import { useFiles } from './files'
import { useLab } from './lab'
import { useNotices } from './notices'
import { useProblems } from './problems'
import { useRun } from './run'

let host: FakeHost
beforeEach(() => {
  localStorage.clear()
  host = fakeHost()
})
const reported = () => useProblems().reported.map(({ code, node }) => [code, node].filter(Boolean).join(' '))
async function open(document = lab(['tokens', 'embedding'], [])): Promise<void> {
  useProblems()
  useFiles().open(document)
  await useAnalysis().settle()
  await vi.waitFor(() => expect(useAnalysis().result).not.toBeNull())
}
async function apply(...edits: Parameters<ReturnType<typeof useLab>['apply']>[0][]): Promise<void> {
  for (const edit of edits) useLab().apply(edit)
  await useAnalysis().settle()
}

describe('an unfinished lab', () => {
  it('reports its problems in the list, without a notice, once training is tried', async () => {
    await open()
    expect(reported()).toEqual([])
    expect(useProblems().unreported).toHaveLength(2)
    await useRun().play()
    expect(reported().sort()).toEqual(['graph.missing-input embedding', 'graph.no-output'])
    expect([useProblems().isOpen, useProblems().count]).toEqual([true, 2])
    expect(useNotices().notices).toEqual([])
    expect(host.callsOf('runs.start')).toEqual([])
  })

  it('is not reported again after all problems were fixed', async () => {
    await open(smallLab())
    await apply({ type: 'addNode', kind: 'norm', id: 'loose', position: { x: 0, y: 0 } })
    expect(reported()).toEqual([])
    expect(await useProblems().check()).toBe(true)
    expect(reported()).toEqual(['graph.missing-input loose'])
    await apply({ type: 'removeNodes', nodes: ['loose'] })
    expect(await useProblems().check()).toBe(false)
    await apply({ type: 'addNode', kind: 'norm', id: 'another', position: { x: 0, y: 0 } })
    expect(reported()).toEqual([])
  })

  it('is not reported in a newly opened lab', async () => {
    await open()
    await useProblems().check()
    await open(lab(['tokens', 'norm'], []))
    expect(reported()).toEqual([])
  })
})

describe('reported at once', () => {
  it('are blocks and labs that were complete before', async () => {
    await open(smallLab())
    await apply({ type: 'disconnect', to: { node: 'classifier', port: 'x' } })
    expect(reported()).toContain('graph.missing-input classifier')
    await apply({ type: 'removeNodes', nodes: ['classifier'] })
    expect(reported()).toEqual(['graph.no-output'])
  })

  it('are errors other than missing parts', async () => {
    await open(lab(['tokens', ['embedding', { width: 0 }], 'norm'], ['tokens.ids > embedding.ids']))
    expect(reported()).toEqual(['param.invalid embedding'])
  })
})
