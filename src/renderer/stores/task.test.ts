// @vitest-environment happy-dom
import { beforeEach, expect, it, vi } from 'vitest'
import { fakeHost, smallLab, type FakeHost } from '../testing/fake-host'
import { useFiles } from './files'
import { useLab } from './lab'
import { useTask } from './task'

let host: FakeHost
beforeEach(() => {
  localStorage.clear()
  host = fakeHost()
})

it('requests the task again when its parameters change, and uses the latest answer', async () => {
  const [lab, task] = [useLab(), useTask()]
  useFiles().open(smallLab())
  await vi.waitFor(() => expect(task.spec?.signature.length).toBe(4))
  lab.apply({ type: 'setTask', task: { kind: 'reverse', params: { length: 6 } } })
  lab.apply({ type: 'setTask', task: { kind: 'reverse', params: { length: 8 } } })
  await vi.waitFor(() => expect(task.spec?.signature.length).toBe(8))
})

it('reports an invalid task and recovers from it', async () => {
  const [lab, task] = [useLab(), useTask()]
  useFiles().open({ ...smallLab(), task: { kind: 'reverse', params: { length: 4, minLength: 9 } } })
  await vi.waitFor(() => expect(task.problem?.code).toBe('task.lengths'))
  lab.apply({ type: 'setTask', task: { kind: 'reverse', params: { length: 4, minLength: 2 } } })
  await vi.waitFor(() => expect(task.problem).toBeNull())
})

it('sends one request per task, and none for unrelated edits', async () => {
  const [lab, task] = [useLab(), useTask()]
  useFiles().open(smallLab())
  await task.settle()
  const before = host.callsOf('task.describe').length
  lab.apply({ type: 'setTitle', title: 'Another' })
  await task.settle()
  expect(host.callsOf('task.describe')).toHaveLength(before)
  lab.apply({ type: 'setTask', task: { kind: 'copy', params: {} } })
  await task.settle()
  expect(host.callsOf('task.describe')).toHaveLength(before + 1)
})

it('is unknown for a newly opened lab until the host answers', async () => {
  const task = useTask()
  useFiles().open(smallLab())
  await task.settle()
  useFiles().open(smallLab())
  expect(task.spec).toBeNull()
  await task.settle()
  expect(task.spec?.signature.length).toBe(4)
})
