// @vitest-environment happy-dom
/** The axes of a map are those of the newest step, whichever step is shown. */
import { beforeEach, expect, it, vi } from 'vitest'
import { defineComponent, h, type ComputedRef } from 'vue'
import type { LookRequest } from '@core/contract/look'
import { fakeHost, smallLab, statusOf, type FakeHost } from '../testing/fake-host'
import { fakeLook } from '../testing/fake-looks'
import { mountIn } from '../testing/mounting'
import { useAnalysis } from '../stores/analysis'
import { useFiles } from '../stores/files'
import { useLooks } from '../stores/looks'
import { useRun } from '../stores/run'
import { useTime } from '../stores/time'
import { useAxes, type KnownAxes } from './useAxes'

const name = 'embedding/table'
let host: FakeHost
let known: ComputedRef<KnownAxes | null>
/** The first axis is that of the feature `step % 2`. */
function lookAt(request: LookRequest, step: number) {
  const along = step % 2
  const data = Float32Array.from({ length: 12 }, (_, index) => (index % 2 === along ? index : Math.floor(index / 2) % 2))
  return { ...fakeLook(request), step, values: { [name]: { axes: ['vocabulary', 'feature'], shape: [6, 2], data } } }
}
const alongFirst = () => known.value?.axes && Math.abs(known.value.axes.first[0]!) > 0.9

beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  let step = 0
  host.look = (request) => lookAt(request, step)
  useFiles().open(smallLab())
  await vi.waitFor(() => expect(useAnalysis().result).not.toBeNull())
  await useRun().play()
  step = 100
  host.tell(statusOf('run-1', { state: 'finished', step: 100, checkpoint: 100 }))
  await vi.waitFor(() => expect(useRun().status?.state).toBe('finished'))
  useLooks().want('test', { values: [{ name }] })
})
const mounted = () =>
  mountIn(
    host,
    defineComponent(() => {
      known = useAxes(() => name)
      return () => h('i')
    }),
  )
const sendLook = (step: number) => {
  for (const { argument, part } of host.streams('models.look')) part(lookAt(argument.look, step))
}

it('they are those of the newest look, and stay while a step of the past is shown', async () => {
  mounted()
  await vi.waitFor(() => expect(known.value).toMatchObject({ run: 'run-1', step: 100, isNewest: true }))
  expect(alongFirst()).toBe(true)
  host.look = (request) => lookAt(request, 31)
  useTime().seek(31)
  await vi.waitFor(() => expect(useLooks().live?.look.step).toBe(31))
  expect(known.value?.step).toBe(100)
})

it('if a map is opened in the past, the newest vectors are asked for', async () => {
  host.look = (request) => lookAt(request, 31)
  useTime().seek(31)
  await vi.waitFor(() => expect(useLooks().live?.look.step).toBe(31))
  host.look = (request) => lookAt(request, 100)
  mounted()
  await vi.waitFor(() => expect(known.value).toMatchObject({ step: 100, isNewest: true }))
})

it('while a run trains, they are renewed whenever it has become twice as long, and at its end', async () => {
  host.look = (request) => lookAt(request, 10)
  await useRun().trainAgain()
  host.tell(statusOf('run-2', { state: 'running', step: 10 }))
  await vi.waitFor(() => expect(useLooks().live?.run).toBe('run-2'))
  mounted()
  sendLook(10)
  await vi.waitFor(() => expect(known.value?.step).toBe(10))
  for (const [step, expected] of [
    [15, 10],
    [20, 20],
    [39, 20],
    [41, 41],
  ] as const) {
    sendLook(step)
    await vi.waitFor(() => expect(useLooks().live?.look.step).toBe(step))
    expect(known.value?.step).toBe(expected)
  }
  host.look = (request) => lookAt(request, 50)
  host.tell(statusOf('run-2', { state: 'finished', step: 50, checkpoint: 50 }))
  await vi.waitFor(() => expect(useRun().status?.state).toBe('finished'))
  sendLook(50)
  await vi.waitFor(() => expect(known.value?.step).toBe(50))
})
