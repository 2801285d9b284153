// @vitest-environment happy-dom
import type { VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { tasks } from '@core/tasks'
import { i18n } from '../locales'
import { useFiles } from '../stores/files'
import { useLab } from '../stores/lab'
import { fakeHost, smallLab, type FakeHost } from '../testing/fake-host'
import { mountIn } from '../testing/mounting'
import TaskSettings from './TaskSettings.vue'

let host: FakeHost
let settings: VueWrapper
beforeEach(() => {
  host = fakeHost()
})
afterEach(() => {
  settings.unmount()
  i18n.global.locale.value = 'en'
})

function show(kind: string, params: Record<string, unknown> = {}): VueWrapper {
  const definition = tasks.find((each) => each.kind === kind)!
  const defaults = definition.params.parse(params) as Record<string, unknown>
  useFiles().open({ ...smallLab(), task: { kind, params: defaults } })
  return (settings = mountIn(host, TaskSettings))
}
const preview = () => settings.find('[data-testid="data-preview"]')
const field = (name: string) => settings.get(`[data-testid="field-${name}"]`)

describe('the settings of a task', () => {
  it('show the first rows of a table and mark the columns that are read', async () => {
    show('own-classification')
    await vi.waitFor(() => expect(preview().exists()).toBe(true))
    expect(preview().text()).toContain('First rows, read as CSV')
    expect(
      preview()
        .findAll('th.chosen')
        .map((column) => column.text()),
    ).toEqual(['text', 'label'])
    expect(preview().findAll('tbody tr')).toHaveLength(5)
    expect(settings.text()).toContain('Built-in example')
  })

  it('offer the columns there are', async () => {
    show('own-classification')
    await vi.waitFor(() => expect(field('label').text()).toBe('label'))
    expect(field('text').text()).toBe('text')
    expect(field('format').text()).toBe('As it looks')
  })

  it('show the numbered columns of CoNLL', async () => {
    show('own-tagging')
    await vi.waitFor(() => expect(preview().exists()).toBe(true))
    expect(
      preview()
        .findAll('th')
        .map((column) => column.text()),
    ).toEqual(['1', '2'])
  })

  it('say what had to be cut, and what cannot be', async () => {
    show('own-classification', { length: 4 })
    await vi.waitFor(() =>
      expect(settings.get('[role="status"]').text()).toContain('are longer than 4 tokens and are cut there'),
    )
    useLab().apply({ type: 'setTask', task: { kind: 'own-classification', params: { label: 'stars' } } })
    await vi.waitFor(() => expect(settings.get('[role="alert"]').text()).toContain('There is no column called “stars”'))
  })

  it('list the merges of byte-pair encoding, spaces made visible', async () => {
    show('byte-pairs', { merges: 5 })
    await vi.waitFor(() => expect(settings.findAll('[data-testid="merges"] li')).toHaveLength(5))
    expect(settings.get('[data-testid="merges"] li').text()).toMatch(/^\S \+ \S → \S\S$/)
  })

  it('have no preview where there is no table, and a name for every choice in both languages', async () => {
    show('dates')
    await vi.waitFor(() => expect(field('language').text()).toBe('English'))
    expect(preview().exists()).toBe(false)
    i18n.global.locale.value = 'zh'
    await vi.waitFor(() => expect(field('language').text()).toBe('英语'))
  })
})
