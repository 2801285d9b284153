// @vitest-environment happy-dom
/** The layers follow the step on screen, but a question that is being answered is not asked again. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { firstModel } from '@core/graph/testing'
import { useAnalysis } from '../../stores/analysis'
import { useFiles } from '../../stores/files'
import { useLooks } from '../../stores/looks'
import { useRun } from '../../stores/run'
import { fakeHost, type FakeHost } from '../../testing/fake-host'
import { fakeLens, fakeLook } from '../../testing/fake-looks'
import { mountIn } from '../../testing/mounting'
import { useLens } from './useLens'

let host: FakeHost
let page: ReturnType<typeof mountIn>
let lens: ReturnType<typeof useLens>
const asked = () => host.callsOf('models.lens').length
const settle = () => new Promise((resolve) => setTimeout(resolve, 400))
/** Sends a look at a step to the open subscription. */
function looked(step: number): void {
  const [stream] = host.streams('models.look')
  stream!.part({ ...fakeLook(stream!.argument.look), step })
}
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useFiles().open(firstModel(8, 2))
  await vi.waitFor(() => expect(useAnalysis().result?.problems).toEqual([]))
  useLooks().want('test', { samples: 1 })
  const user = defineComponent(() => {
    lens = useLens(() => useLooks().chosen)
    return () => h('i')
  })
  page = mountIn(host, user)
})
afterEach(() => page.unmount())

it('are asked again at another step, once for all steps that pass meanwhile', async () => {
  const answers: (() => void)[] = []
  let step = 0
  host.answering.set('models.lens', () => new Promise((resolve) => answers.push(() => resolve({ step, ...fakeLens }))))
  await useRun().play()
  await vi.waitFor(() => expect(asked()).toBe(1))
  for (step of [1, 2, 3]) {
    looked(step)
    await settle()
  }
  expect(asked()).toBe(1) // still being answered
  answers.shift()!()
  await vi.waitFor(() => expect(asked()).toBe(2))
  answers.shift()!()
  await vi.waitFor(() => expect(lens.lens.value?.step).toBe(3))
  await settle()
  expect(asked()).toBe(2)
})

it('are asked at once for another input, whatever is being answered', async () => {
  host.answering.set('models.lens', () => new Promise(() => undefined))
  await useRun().play()
  await vi.waitFor(() => expect(asked()).toBe(1))
  useLooks().chooseSample(1)
  await vi.waitFor(() => expect(asked()).toBe(2))
})
