// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { afterEach, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { i18n } from '../locales'
import type { MetricKind } from '../locales/metrics'
import MetricList from './MetricList.vue'

afterEach(() => (i18n.global.locale.value = 'en'))

const mounted = (values: Record<string, number>, kind: MetricKind, baseline?: Record<string, number>) =>
  mount(MetricList, { attachTo: document.body, props: { values, kind, baseline }, global: { plugins: [i18n] } })
const texts = (list: ReturnType<typeof mounted>) =>
  list.findAll('[data-testid^="metric-"]').map((each) =>
    each
      .findAll('dt, dd')
      .map((part) => part.text().replace(/\s+/g, ' '))
      .join(' '),
  )

it('shows each metric with its majority baseline, in table order', () => {
  const list = mounted({ exactMatch: 0.5, f1Macro: 0.98765, accuracy: 0.997 }, 'tokens', {
    accuracy: 0.163,
    f1Macro: 0.02,
    exactMatch: 0,
  })
  expect(texts(list)).toEqual([
    'accuracy 99.7 % (majority baseline 16.3 %)',
    'macro F1 98.8 % (majority baseline 2.0 %)',
    'exact match 50.0 % (majority baseline 0 %)',
  ])
  list.unmount()
})

it('formats values by unit in both languages, and omits unknown baselines', async () => {
  const list = mounted({ accuracy: 1, absoluteError: 1.2345 }, 'number')
  expect(texts(list)).toEqual(['accuracy 100 %', 'mean absolute error 1.23'])
  i18n.global.locale.value = 'zh'
  await nextTick()
  expect(texts(list)).toEqual(['准确率 100 %', '平均绝对误差 1.23'])
  list.unmount()
})

it.each([
  ['tokens', 'accuracy', /^Proportion of predictions that are correct/],
  ['labels', 'accuracy', /subset accuracy/],
  ['number', 'accuracy', /tolerance/],
  ['written', 'accuracy', /teacher forcing/],
  ['written', 'exactMatch', /its own predictions/],
] as const)('for %s explains %s', (kind, metric, definition) => {
  const list = mounted({ [metric]: 0.5 }, kind)
  expect(list.get(`[data-testid="metric-${metric}"]`).attributes('title')).toMatch(definition)
  list.unmount()
})

it('opens the definitions of the metrics shown and of the baseline', async () => {
  const list = mounted({ accuracy: 0.5, hammingLoss: 0.1 }, 'labels', { accuracy: 0.2, hammingLoss: 0.3 })
  await list.get('button').trigger('click')
  await nextTick()
  const shown = [...document.querySelectorAll('.definitions dt')].map(({ textContent }) => textContent)
  expect(shown).toEqual(['accuracy', 'Hamming loss', 'majority baseline'])
  list.unmount()
})
