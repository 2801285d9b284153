// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { i18n } from '../locales'
import { useFiles } from '../stores/files'
import { useLooks } from '../stores/looks'
import { useRun } from '../stores/run'
import { useTask } from '../stores/task'
import { fakeHost, smallLab, type FakeHost } from '../testing/fake-host'
import { fakeLook } from '../testing/fake-looks'
import { mountIn } from '../testing/mounting'
import Predictions from './Predictions.vue'

let host: FakeHost
let page: ReturnType<typeof mountIn>
beforeEach(() => {
  localStorage.clear()
  host = fakeHost()
})
afterEach(() => {
  page.unmount()
  i18n.global.locale.value = 'en'
})

async function show(task: LabDocument['task'] = smallLab().task): Promise<void> {
  useFiles().open({ ...smallLab(), task })
  await vi.waitFor(() => expect(useTask().spec).not.toBeNull())
  page = mountIn(host, Predictions)
}
async function trained(task?: LabDocument['task']): Promise<void> {
  await show(task)
  await useRun().play()
  await vi.waitFor(() => expect(page.find('[data-testid="sample-0"]').exists()).toBe(true))
}
const at = (name: string) => page.get(`[data-testid="${name}"]`)
const pressed = () =>
  page
    .findAll('.sample')
    .filter((each) => each.attributes('aria-pressed') === 'true')
    .map((each) => each.attributes('data-testid'))

describe('the list of samples', () => {
  it('shows predictions, with the truth below wrong ones, and selects a sample on click', async () => {
    await trained()
    const rows = page.findAll('.sample')
    expect(rows).toHaveLength(8)
    // Tokens 1, 2, 3 are the letters a, b, c; classes 1, 2, 3 are b, c, d. The second prediction is wrong.
    expect(rows[0]!.findAll('.column').map((column) => column.findAll('span, em').map((each) => each.text()))).toEqual([
      ['a', 'b'],
      ['b', 'd', 'c'],
      ['c', 'd'],
    ])
    expect(rows[0]!.attributes('aria-label')).toBe('Sample 1: 2 of 3 correct')
    expect(pressed()).toEqual(['sample-0'])
    await at('sample-3').trigger('click')
    await vi.waitFor(() => expect(pressed()).toEqual(['sample-3']))
  })

  it('shows a hint before training, and the reason if the model cannot be inspected', async () => {
    await show()
    expect(page.text()).toContain('Predictions for the validation samples appear here once training has started.')
    expect(at('own-text').attributes('disabled')).toBeDefined()
    host.look = () => {
      throw new LabError('model.made-room')
    }
    await useRun().play()
    await vi.waitFor(() => expect(page.text()).toContain('This model was closed to free memory.'))
    host.look = fakeLook
    await page.get('button.ui-text-button').trigger('click')
    await vi.waitFor(() => expect(page.findAll('.sample')).toHaveLength(8))
  })
})

describe('custom input', () => {
  it('is shown as tokens with predictions and probabilities', async () => {
    await trained()
    await at('own-text').setValue('ab')
    await vi.waitFor(() => expect(page.find('[data-testid="own-row"]').exists()).toBe(true))
    expect(
      at('own-row')
        .findAll('.column')
        .map((column) => column.text()),
    ).toEqual(['ab75 %', 'bd75 %'])
    expect(useLooks().chosen).toEqual({ text: 'ab', source: null })
    expect(pressed()).toEqual([])
    await at('sample-1').trigger('click')
    await vi.waitFor(() => expect(pressed()).toEqual(['sample-1']))
    expect((at('own-text').element as HTMLInputElement).value).toBe('ab') // kept, so that one can return to it
    await at('own-text').trigger('click')
    await vi.waitFor(() => expect(pressed()).toEqual([]))
  })

  it('marks unknown tokens, also in a sentence', async () => {
    await trained()
    await at('own-text').setValue('a?')
    await vi.waitFor(() => expect(page.find('[data-testid="own-unknown"]').exists()).toBe(true))
    expect(at('own-unknown').text()).toContain('Not in the vocabulary: 1.')
    expect(at('own-row').findAll('.unknown')).toHaveLength(1)
    i18n.global.locale.value = 'zh'
    await nextTick()
    expect(at('own-unknown').text()).toContain('有 1 个词元不在词表中')
  })

  it('shows an error below the field if it is invalid, and keeps the sample in view', async () => {
    host.look = (request) => {
      if (request.inputs.some((input) => 'text' in input)) throw new LabError('look.too-long', { given: 9, limit: 4 })
      return fakeLook(request)
    }
    await trained()
    await at('own-text').setValue('abcabcabc')
    await vi.waitFor(() => expect(page.find('[data-testid="own-problem"]').exists()).toBe(true))
    expect(at('own-problem').text()).toBe('The input has 9 tokens, but this model accepts at most 4. Shorten the input.')
    const described = at('own-text').attributes('aria-describedby')!
    expect([at('own-text').attributes('aria-invalid'), document.getElementById(described)?.textContent]).toEqual([
      'true',
      at('own-problem').text(),
    ])
    await vi.waitFor(() => expect(pressed()).toEqual(['sample-0']))
  })

  it('is cleared by Escape or its button, which returns to the sample', async () => {
    await trained()
    await at('sample-2').trigger('click')
    await at('own-text').setValue('ab')
    await vi.waitFor(() => expect(useLooks().own).not.toBeNull())
    await at('own-text').trigger('keydown', { key: 'Escape' })
    expect([useLooks().chosen, (at('own-text').element as HTMLInputElement).value]).toEqual([{ sample: 2 }, ''])
    await at('own-text').setValue('ab')
    await vi.waitFor(() => expect(useLooks().own).not.toBeNull())
    await at('own-clear').trigger('click')
    expect(useLooks().chosen).toEqual({ sample: 2 })
  })

  it('has a separate field for the source sequence, if the task has one', async () => {
    await trained({ kind: 'copy', params: { symbols: 4 } })
    expect([at('own-source').attributes('aria-label'), at('own-text').attributes('aria-label')]).toEqual([
      'Custom source',
      'Target so far',
    ])
    await at('own-source').setValue('ab')
    await vi.waitFor(() => expect(useLooks().own).toEqual({ text: '', source: 'ab' }))
  })
})
