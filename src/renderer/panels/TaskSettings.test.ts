// @vitest-environment happy-dom
import type { VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { tasks } from '@core/tasks'
import { i18n } from '../locales'
import { useFiles } from '../stores/files'
import { useLab } from '../stores/lab'
import { useWorkspace } from '../stores/workspace'
import { fakeHost, smallLab, type FakeHost } from '../testing/fake-host'
import { mountIn } from '../testing/mounting'
import Select from '../ui/Select.vue'
import TaskSettings from './TaskSettings.vue'

const chooseFiles = vi.hoisted(() => vi.fn<() => Promise<readonly File[]>>())
vi.mock('../api/files', async (original) => ({ ...(await original<object>()), chooseFiles }))

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

describe('task settings', () => {
  it('show the first rows of a table and mark the columns in use', async () => {
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

  it('of a pretrained model offer texts in its tokens only, and give a new one its tokeniser', async () => {
    const text = (id: string, name: string, tokeniser: string | null) => ({ id, name, characters: 9, tokeniser, notices: [] })
    const kept = [text('1'.repeat(16), 'model', 'a'), text('2'.repeat(16), 'mine', 'a'), text('3'.repeat(16), 'plain', null)]
    host.answering.set('data.list', () => kept)
    show('pretrained')
    await useWorkspace().loadTexts()
    useLab().dataId = kept[0]!.id
    const offered = () =>
      settings.findAllComponents(Select).map((select) => {
        const { options } = select.props() as { options: readonly { value: string }[] }
        return options.map(({ value }) => value)
      })
    await vi.waitFor(() => expect(offered()).toContainEqual(kept.slice(0, 2).map(({ id }) => id)))
    chooseFiles.mockResolvedValueOnce([new File(['more'], 'more.txt')])
    await settings.get('[data-testid="choose-text"]').trigger('click')
    await vi.waitFor(() => expect(host.callsOf('data.add')).toHaveLength(1))
    expect(host.callsOf('data.add')[0]).toMatchObject({ name: 'more.txt', tokeniserOf: kept[0]!.id })
  })

  it('offer the available columns', async () => {
    show('own-classification')
    await vi.waitFor(() => expect(field('label').text()).toBe('label'))
    expect(field('text').text()).toBe('text')
    expect(field('format').text()).toBe('Detect automatically')
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

  it('report what was truncated and what is invalid', async () => {
    show('own-classification', { length: 4 })
    await vi.waitFor(() =>
      expect(settings.get('[role="status"]').text()).toContain('are longer than 4 tokens and were truncated'),
    )
    useLab().apply({ type: 'setTask', task: { kind: 'own-classification', params: { label: 'stars' } } })
    await vi.waitFor(() => expect(settings.get('[role="alert"]').text()).toContain('There is no column “stars”'))
  })

  describe('with a custom file', () => {
    async function choose(text: string): Promise<void> {
      chooseFiles.mockResolvedValue([new File([text], 'own.tsv')])
      await settings.get('[data-testid="choose-text"]').trigger('click')
      await vi.waitFor(() => expect(useLab().dataId).toBe('0123456789abcdef'))
    }
    const rows = Array.from({ length: 30 }, (_, index) => [index % 2, `s${index % 3}`, `the day ${index} was fine`])
    const unclear = rows.map((row) => row.join('\t')).join('\n')

    it('keep the file with its rows if columns are ambiguous, and ask for them', async () => {
      show('own-classification')
      await choose(unclear)
      await vi.waitFor(() => expect(settings.get('[role="alert"]').text()).toContain('which column to use as “Class column”'))
      await vi.waitFor(() => expect(preview().text()).toContain('the day 0 was fine'))
      expect(
        preview()
          .findAll('th')
          .map((column) => column.text()),
      ).toEqual(['#1', '#2', '#3'])
      expect(field('data').text()).toContain('own.tsv')
      expect(field('text').text()).toBe('#3')
      expect(field('label').text()).toBe('Choose…')
      const task = { kind: 'own-classification', params: { ...useLab().document!.task.params, label: '#1' } }
      useLab().apply({ type: 'setTask', task })
      await vi.waitFor(() => expect(settings.find('[role="alert"]').exists()).toBe(false))
      expect(useLab().dataId).toBe('0123456789abcdef')
      expect(field('label').text()).toBe('#1')
    })
    it('show the columns in use of CoNLL-U', async () => {
      show('own-tagging')
      await choose(rows.map((_, i) => `1\tw${i}\tw\t${'NV'[i % 2]!}OUN\t_\t_\t0\troot\t_\t_\n`).join('\n'))
      await vi.waitFor(() =>
        expect(
          preview()
            .findAll('th.chosen')
            .map((column) => column.text()),
        ).toEqual(['2', '4']),
      )
      expect((field('word').element as HTMLInputElement).value).toBe('2')
      expect((field('tag').element as HTMLInputElement).value).toBe('4')
    })
  })

  it('list byte-pair merges with visible spaces', async () => {
    show('byte-pairs', { merges: 5 })
    await vi.waitFor(() => expect(settings.findAll('[data-testid="merges"] li')).toHaveLength(5))
    expect(settings.get('[data-testid="merges"] li').text()).toMatch(/^\S \+ \S → \S\S$/)
  })

  it('show no preview without a table, and translate every choice', async () => {
    show('dates')
    await vi.waitFor(() => expect(field('language').text()).toBe('English'))
    expect(preview().exists()).toBe(false)
    i18n.global.locale.value = 'zh'
    await vi.waitFor(() => expect(field('language').text()).toBe('英语'))
  })
})
