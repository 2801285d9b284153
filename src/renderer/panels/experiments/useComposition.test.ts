// @vitest-environment happy-dom
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defineComponent, nextTick } from 'vue'
import { readExperiment } from '@core/experiments/file'
import { readLab } from '@core/lab/read'
import { useFiles } from '../../stores/files'
import { useLab } from '../../stores/lab'
import { useScope } from '../../stores/scope'
import { fakeHost, type FakeHost } from '../../testing/fake-host'
import { mountIn } from '../../testing/mounting'
import { useComposition } from './useComposition'
import { ofTraining } from './varied'

const lab = readLab(JSON.parse(readFileSync('resources/labs/single-head.json', 'utf8')))

let form: ReturnType<typeof useComposition>
let page: ReturnType<typeof mountIn>
let host: FakeHost
const Form = defineComponent({
  setup() {
    form = useComposition()
    return () => null
  },
})
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useFiles().open(lab)
  page = mountIn(host, Form, {})
  await nextTick()
})
afterEach(() => page.unmount())

async function varied(place: string, setting: string, text?: string): Promise<void> {
  form.place.value = place
  await nextTick()
  form.setting.value = setting
  await nextTick()
  if (text !== undefined) form.text.value = text
  await nextTick()
}

describe('a new experiment', () => {
  it('begins with the selected block, else with the attention', async () => {
    expect(form.place.value).toBe('attention')
    page.unmount()
    useScope().select(['embedding'])
    page = mountIn(host, Form, {})
    await nextTick()
    expect(form.place.value).toBe('embedding')
  })

  it('varies numbers as they are written, with names in both languages', async () => {
    await varied(ofTraining, 'batchSize', '8, 16, 64')
    expect(form.problem.value).toBe('')
    const { variations, title } = readExperiment(form.composed())
    expect(variations.map((each) => each.lab.training.batchSize)).toEqual([8, 16, 64])
    expect(variations[0]!.title).toEqual({ en: 'Batch size = 8', zh: '批量大小 = 8' })
    expect(title).toMatchObject({ en: 'Batch size in “A single head”' })
  })

  it('says what is wrong or missing', async () => {
    await varied(ofTraining, 'batchSize', '8, many')
    expect(form.problem.value).toMatch(/not allowed/)
    form.text.value = '8, 0'
    expect(form.problem.value).toMatch(/not allowed/)
    form.text.value = '8'
    expect(form.problem.value).toMatch(/at least two/)
    form.text.value = Array.from({ length: 25 }, (_, index) => index + 1).join()
    expect(form.problem.value).toMatch(/at most 24/)
    form.text.value = '8, 16'
    form.measured.value = []
    expect(form.problem.value).toMatch(/at least one measure/)
    form.measured.value = ['accuracy']
    form.steps.value = -1
    expect(form.problem.value).toMatch(/whole numbers/)
    form.steps.value = 10
    form.right.value = '0'
    expect(form.problem.value).toMatch(/with itself/)
    form.isClaimed.value = false
    expect(form.problem.value).toBe('')
    expect(form.composed().claims).toEqual([])
  })

  it('claims about variations that exist, and about what is measured', async () => {
    await varied('attention', 'scale')
    form.right.value = '3'
    expect(form.claim.value).toMatchObject({ left: 0, right: 3, measure: 'accuracy', is: 'higher' })
    form.chosen.value = ['root', 'none']
    form.measured.value = ['loss']
    await nextTick()
    expect(form.claim.value).toMatchObject({ left: 0, right: 1, measure: 'loss' })
    expect(form.claim.value!.text).toMatchObject({ en: 'loss: higher with Scale = 1/√dₖ than with Scale = 1' })
  })

  it('needs a lab without data of the learner’s own', async () => {
    expect(form.base.value).not.toBeNull()
    useLab().apply({ type: 'setTask', task: { kind: 'own-classification', params: {} } })
    useLab().dataId = '0123456789abcdef'
    await nextTick()
    expect(form.base.value).toBeNull()
  })
})
