// @vitest-environment happy-dom
/** The dialog of imports: a folder is checked before it is kept, what is refused is a sentence, and the imported model is opened. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { ImportReport } from '@core/contract/import'
import { LabError } from '@core/errors'
import { usePrompts } from '../../stores/prompts'
import { fakeHost, type FakeHost } from '../../testing/fake-host'
import { mountIn } from '../../testing/mounting'
import ImportDialog from './ImportDialog.vue'

const report: ImportReport = {
  ...{ model: 'gpt2', parameters: 124_400_000, bytes: 497_600_000 },
  tensors: [
    { tensor: 'wte.weight', fate: 'taken', dtype: 'F32', shape: [9, 2], states: ['embedding/table'] },
    { tensor: 'h.0.attn.bias', fate: 'left over', dtype: 'F32', shape: [9, 9], states: [] },
  ],
}
let host: FakeHost
let mounted: ReturnType<typeof mountIn>
beforeEach(async () => {
  host = fakeHost()
  mounted = mountIn(host, ImportDialog)
  usePrompts().overlay = 'import'
  await vi.waitFor(() => expect(document.querySelector('[data-testid="import"]')).not.toBeNull())
})
afterEach(() => {
  usePrompts().overlay = null
  mounted.unmount()
})

const part = (name: string): Element | null => document.querySelector(`[data-testid="${name}"]`)
async function submit(folder: string): Promise<void> {
  const field = part('import-folder') as HTMLInputElement
  field.value = folder
  field.dispatchEvent(new Event('input'))
  await nextTick()
  part('import')!.dispatchEvent(new Event('submit'))
}

it('says in a sentence why a folder is refused', async () => {
  host.failing.set('models.import', new LabError('import.no-model', { folder: '/x' }))
  await submit('/x')
  await vi.waitFor(() => expect(part('import-problem')?.textContent).toContain('“/x” is no folder of a Hugging Face model'))
})

it('shows what the model takes before it is kept', async () => {
  const asked = () => host.callsOf('models.import')
  host.answering.set('models.import', () => ({ report, run: null }))
  await submit(' /models/gpt2 ')
  await vi.waitFor(() => expect(part('import-report')?.textContent).toContain('124,400,000 parameters'))
  expect(part('import-report')!.textContent).toContain('h.0.attn.bias')
  expect(asked()).toMatchObject([{ folder: '/models/gpt2', keep: false }])
  expect(part('import-perform')).not.toBeNull()

  part('import')!.dispatchEvent(new Event('submit'))
  await vi.waitFor(() => expect(asked()).toHaveLength(2))
  expect(asked()[1]).toMatchObject({ folder: '/models/gpt2', keep: true })
})
