// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { firstModel } from '@core/graph/testing'
import { i18n } from '../../locales'
import { useAnalysis } from '../../stores/analysis'
import { useConfusion } from '../../stores/confusion'
import { useFiles } from '../../stores/files'
import { useLooks } from '../../stores/looks'
import { useRun } from '../../stores/run'
import { fakeHost, statusOf, type FakeHost } from '../../testing/fake-host'
import { fakeConfusion } from '../../testing/fake-looks'
import { mountIn } from '../../testing/mounting'
import { groupsOf } from './chosen'
import ConfusionView from './ConfusionView.vue'

let host: FakeHost
let view: ReturnType<typeof mountIn>
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useFiles().open(firstModel(8, 2))
  await vi.waitFor(() => expect(useAnalysis().result?.problems).toEqual([]))
  view = mountIn(host, ConfusionView)
})
afterEach(() => {
  view.unmount()
  document.body.replaceChildren()
  i18n.global.locale.value = 'en'
})
const at = (name: string) => view.get(`[data-testid="${name}"]`)
async function evaluated(): Promise<void> {
  await useRun().play()
  await vi.waitFor(() => expect(view.find('[data-testid="class-table"]').exists()).toBe(true))
}
const buttons = () =>
  at('confusion-samples')
    .findAll('li button')
    .map((each) => each.text())

describe('the confusion view', () => {
  it('asks for training first', () => expect(view.text()).toContain('Train the model to see which classes it confuses.'))

  it('lists the scores of each class beside the baseline, in both languages', async () => {
    await evaluated()
    expect(at('confusion-measured').text()).toBe('Step 0 · 100 validation samples')
    expect(at('class-table').get('tbody tr').text()).toMatch(/^a5100 %.*60\.0 %.*75\.0 %/)
    i18n.global.locale.value = 'zh'
    await nextTick()
    expect(at('class-table').get('thead').text()).toBe('类别样本数精确率召回率F1')
  })

  it('leads from a class to its samples, mistakes first', async () => {
    await evaluated()
    await at('class-0').trigger('click')
    expect(at('class-0').attributes('aria-pressed')).toBe('true')
    expect(at('confusion-samples').text()).toContain('Missed: 2.')
    expect(buttons()).toEqual(['4', '18', '1', '2', '3'])
    await at('confused-17').trigger('click')
    expect(useLooks().sample).toBe(17)
    expect(at('confused-17').attributes('aria-pressed')).toBe('true')
  })

  it('leads from a cell to its samples by keyboard', async () => {
    await evaluated()
    const matrix = view.get('canvas')
    await matrix.trigger('keydown', { key: 'ArrowRight' })
    expect(at('confusion-samples').text()).toContain('Class a, predicted correctly')
    await matrix.trigger('keydown', { key: 'ArrowRight' })
    expect(at('confusion-samples').text()).toContain('True class a, predicted as b')
    expect(buttons()).toEqual(['4', '18'])
    await matrix.trigger('keydown', { key: 'ArrowDown' })
    await matrix.trigger('keydown', { key: 'ArrowLeft' })
    expect(at('confusion-samples').text()).toContain('No such predictions.')
  })

  it('keeps what is chosen when the model is evaluated again, which it offers while training', async () => {
    await evaluated()
    await at('class-1').trigger('click')
    host.tell(statusOf('run-1', { step: 5 }))
    await vi.waitFor(() => expect(view.find('[data-testid="confusion-again"]').exists()).toBe(true))
    await at('confusion-again').trigger('click')
    await vi.waitFor(() => expect(at('confusion-measured').text()).toContain('Step 5'))
    expect(view.find('[data-testid="confusion-again"]').exists()).toBe(false)
    expect(at('class-1').attributes('aria-pressed')).toBe('true')
  })

  it('says that only the classes with the most errors are shown if there are many', async () => {
    host.answering.set('models.confusion', () => ({ step: 0, ...fakeConfusion, total: 120 }))
    await evaluated()
    expect(at('confusion-cut').text()).toBe('Of 120 classes, the 2 with the most errors.')
  })

  it('stops evaluating when it is closed', () => {
    expect(useConfusion().wanted).toBe(true)
    view.unmount()
    expect(useConfusion().wanted).toBe(false)
  })
})

it('a cell or class that is no longer shown has no samples', () => {
  const confusion = { step: 0, ...fakeConfusion }
  expect(groupsOf(confusion, { id: 7 })).toEqual([])
  expect(groupsOf(confusion, { target: 1, prediction: 0 })).toEqual([{ outcome: null, count: 0, samples: [] }])
})
