// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest'
import { LabError } from '@core/errors'
import { analyse } from '@core/graph/analyse'
import type { Analysis } from '@core/graph/analysis'
import { firstModel } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import { fakeHost, smallLab } from '../testing/fake-host'
import { useAnalysis } from './analysis'
import { useFiles } from './files'
import { useLab } from './lab'
import { useNotices } from './notices'
import { useTask } from './task'

beforeEach(() => localStorage.clear())
const width = (document: LabDocument, value: number) =>
  ({ type: 'setParam', node: document.graph.nodes[1]!.id, param: 'width', value }) as const

describe('the analysis of the lab', () => {
  async function opened(document: LabDocument) {
    fakeHost()
    const stores = { lab: useLab(), analysis: useAnalysis() }
    useFiles().open(document)
    await stores.analysis.settle()
    return stores
  }

  it('is recomputed when the graph changes, but not when a block is moved', async () => {
    const { lab, analysis } = await opened(smallLab())
    const before = analysis.result
    expect(before?.problems).toEqual([])
    lab.apply({ type: 'moveNodes', positions: { tokens: { x: 40, y: 40 } } })
    await analysis.settle()
    expect(analysis.result).toBe(before)
    lab.apply({ type: 'disconnect', to: { node: 'classifier', port: 'x' } })
    expect([analysis.pending, analysis.result]).toEqual([true, before])
    await analysis.settle()
    expect(analysis.pending).toBe(false)
    expect(analysis.result?.problems.map(({ code }) => code)).toContain('graph.missing-input')
  })

  it('keeps the object of every block whose analysis is unchanged', async () => {
    const { lab, analysis } = await opened(firstModel())
    const before = analysis.result!.nodes
    lab.apply({ type: 'setParam', node: 'feed-forward', param: 'hidden', value: 8 })
    await analysis.settle()
    const now = analysis.result!.nodes
    expect(now).toEqual(analyse(lab.document!, useTask().spec!.signature).nodes)
    expect(Object.keys(now).filter((id) => now[id] !== before[id])).toEqual(['feed-forward'])
  })

  it('drops mutes of gates that no longer exist, but not while a problem hides them', async () => {
    const { lab, analysis } = await opened(firstModel(8, 2))
    lab.setMutes({ 'multi-head/heads': [1, 0] })
    lab.apply({ type: 'disconnect', to: { node: 'multi-head', port: 'x' } })
    await analysis.settle()
    expect(analysis.result?.problems).not.toEqual([])
    expect(lab.mutes).toEqual({ 'multi-head/heads': [1, 0] })
    lab.undo()
    lab.apply({ type: 'setParam', node: 'multi-head', param: 'heads', value: 4 })
    await analysis.settle()
    await Promise.resolve() // let watchers run
    expect(lab.mutes).toEqual({})
    lab.undo()
    expect(lab.mutes).toEqual({ 'multi-head/heads': [1, 0] })
  })
})

describe('with a slow analyser', () => {
  /** Answers stay pending until the test releases them. */
  function slow() {
    const questions: { document: LabDocument; answer(): void; fail(error: LabError): void }[] = []
    fakeHost((document, signature) => {
      return new Promise<Analysis>((resolve, reject) =>
        questions.push({ document, answer: () => resolve(analyse(document, signature)), fail: reject }),
      )
    })
    return { questions, lab: useLab(), analysis: useAnalysis(), task: useTask() }
  }
  const turn = () => new Promise((done) => setTimeout(done))

  it('sends one request at a time, and only the latest change after it', async () => {
    const { questions, lab, analysis, task } = slow()
    useFiles().open(firstModel())
    await task.settle()
    for (const value of [10, 12, 14]) lab.apply(width(lab.document!, value))
    expect(questions).toHaveLength(1)
    questions[0]?.answer()
    await turn()
    expect(questions.map(({ document }) => document.graph.nodes[1]?.params['width'])).toEqual([8, 14])
    expect([analysis.pending, analysis.result?.nodes['embedding']?.outputs['y']?.shape.at(-1)]).toEqual([true, 8])
    questions[1]?.answer()
    await analysis.settle()
    expect([analysis.pending, analysis.result?.nodes['embedding']?.outputs['y']?.shape.at(-1)]).toEqual([false, 14])
    expect(questions).toHaveLength(2)
  })

  it('ignores the answer for a lab that is no longer open', async () => {
    const { questions, analysis, task } = slow()
    useFiles().open(firstModel())
    await task.settle()
    useFiles().open(smallLab())
    await task.settle()
    questions[0]?.answer()
    await turn()
    expect([analysis.pending, analysis.result]).toEqual([true, null])
    questions[1]?.answer()
    await analysis.settle()
    expect(Object.keys(analysis.result?.nodes ?? {})).toEqual(['tokens', 'embedding', 'classifier'])
  })

  it('reports a failure, keeps the previous result and continues with the next change', async () => {
    const { questions, lab, analysis, task } = slow()
    useFiles().open(firstModel())
    await task.settle()
    questions[0]?.answer()
    await analysis.settle()
    const before = analysis.result
    lab.apply(width(lab.document!, 10))
    questions[1]?.fail(new LabError('process.ended', { how: 'code 1' }))
    await analysis.settle()
    expect(useNotices().notices.map(({ content }) => 'code' in content && content.code)).toEqual(['process.ended'])
    expect(analysis.result).toBe(before)
    lab.apply(width(lab.document!, 12))
    questions[2]?.answer()
    await analysis.settle()
    expect(analysis.result?.nodes['embedding']?.outputs['y']?.shape.at(-1)).toBe(12)
  })
})
