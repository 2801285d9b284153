// @vitest-environment happy-dom
import { beforeEach, expect, it, vi } from 'vitest'
import { LabError } from '@core/errors'
import { fakeHost, smallLab, type FakeHost } from '../testing/fake-host'
import { useAnalysis } from './analysis'
import { useBudget } from './budget'
import { useFiles } from './files'
import { useLab } from './lab'
import { useRun } from './run'

let host: FakeHost
beforeEach(async () => {
  host = fakeHost()
  useFiles().open(smallLab())
  await vi.waitFor(() => expect(useAnalysis().result).not.toBeNull())
})
const asked = () => host.callsOf('lab.budget')
const settle = () => new Promise((resolve) => setTimeout(resolve, 1000))

it('is requested once for an opened lab, and once after a series of changes', async () => {
  const budget = useBudget()
  await vi.waitFor(() => expect(budget.budget?.secondsToFinish).toBe(1), { timeout: 3000 })
  const before = asked().length
  for (const steps of [200, 300, 400]) useLab().apply({ type: 'setTraining', training: { steps } })
  await vi.waitFor(() => expect(budget.budget?.secondsToFinish).toBe(4), { timeout: 3000 })
  expect(asked()).toHaveLength(before + 1)
})

it('is not requested while a run is active', async () => {
  const budget = useBudget()
  await vi.waitFor(() => expect(budget.budget).not.toBeNull(), { timeout: 3000 })
  await useRun().play()
  const before = asked().length
  useLab().apply({ type: 'setTraining', training: { steps: 500 } })
  await settle()
  expect(asked()).toHaveLength(before)
})

it('is null if the host cannot estimate it', async () => {
  host.failing.set('lab.budget', new LabError('budget.busy'))
  const budget = useBudget()
  await vi.waitFor(() => expect(asked().length).toBeGreaterThan(0), { timeout: 3000 })
  await settle()
  expect([budget.budget, budget.problem]).toEqual([null, null])
})

it('says why a model is not tried, until the lab changes', async () => {
  host.failing.set('lab.budget', new LabError('budget.too-large', { needed: 9, limit: 4 }))
  const budget = useBudget()
  await vi.waitFor(() => expect(budget.problem).toMatchObject({ code: 'budget.too-large' }), { timeout: 3000 })
  host.failing.delete('lab.budget')
  useLab().apply({ type: 'setTraining', training: { steps: 500 } })
  await vi.waitFor(() => expect(budget.problem).toBeNull())
})

it('is null as soon as the lab changes or cannot be trained', async () => {
  const budget = useBudget()
  await vi.waitFor(() => expect(budget.budget).not.toBeNull(), { timeout: 3000 })
  useLab().apply({ type: 'removeNodes', nodes: ['classifier'] })
  await vi.waitFor(() => expect(budget.budget).toBeNull())
  await settle()
  expect(budget.budget).toBeNull()
})
