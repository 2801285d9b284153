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

it('asks the host again what the task is when its parameters change, and takes the latest answer', async () => {
  const [lab, task] = [useLab(), useTask()]
  useFiles().open(smallLab())
  await vi.waitFor(() => expect(task.spec?.signature.length).toBe(4))
  lab.apply({ type: 'setTask', task: { kind: 'reverse', params: { length: 6 } } })
  lab.apply({ type: 'setTask', task: { kind: 'reverse', params: { length: 8 } } })
  await vi.waitFor(() => expect(task.spec?.signature.length).toBe(8))
})

it('says why a task cannot be had, and goes on when it can', async () => {
  const [lab, task] = [useLab(), useTask()]
  useFiles().open({ ...smallLab(), task: { kind: 'reverse', params: { length: 4, minLength: 9 } } })
  await vi.waitFor(() => expect(task.problem?.code).toBe('task.lengths'))
  lab.apply({ type: 'setTask', task: { kind: 'reverse', params: { length: 4, minLength: 2 } } })
  await vi.waitFor(() => expect(task.problem).toBeNull())
})

it('asks once for each task, and not for edits that leave it as it is', async () => {
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

it('does not know the task of another lab that is opened until it is told', async () => {
  const task = useTask()
  useFiles().open(smallLab())
  await task.settle()
  useFiles().open(smallLab())
  expect(task.spec).toBeNull()
  await task.settle()
  expect(task.spec?.signature.length).toBe(4)
})
